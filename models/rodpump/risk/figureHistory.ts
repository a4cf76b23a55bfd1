/** Daily means of a well's figures over the last weeks: what is usual for it, and how the last days differ. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { type RiskFigure, riskFigures } from './riskFigures.js';

export const dayMs = 86_400_000;
/** Days kept; the last of them are compared with the ones before a gap, so that a slow change does not become usual at once. */
const daysKept = 42;
const recentDays = 3;
const gapDays = 4;
/** Days with data that make a usual level. */
const usualDaysMin = 7;
/** Least spread that counts: share of the level for what has a unit, absolute for shares [M]. */
const spreadShareLeast = 0.03;
const spreadOfSharesLeast = 0.05;
const shares: ReadonlySet<RiskFigure> = new Set(['fullness', 'fillage', 'valveShape', 'partedShape']);
/** A change beyond so many spreads says no more. */
const changeMost = 8;
/** Of a median of absolute deviations to a standard deviation. */
const madToSpread = 1.4826;
const width = riskFigures.length;

export interface FigureTrend {
  readonly recent: number;
  readonly usual: number;
  /** In spreads of what is usual; NaN where there is not yet a usual level. */
  readonly change: number;
}

export class FigureHistory {
  /** Number of the newest day since 1970, −1 before the first. */
  #newest = -1;
  /** A day's place is its number modulo `daysKept`. */
  readonly #sums = new Float32Array(daysKept * width);
  readonly #counts = new Uint16Array(daysKept * width);

  /** Days before those kept are dropped. */
  add(atMs: number, figures: Partial<Record<RiskFigure, number>>): void {
    const day = Math.floor(atMs / dayMs);
    if (day < 0 || day <= this.#newest - daysKept) return;
    if (day > this.#newest) {
      const first = Math.max(this.#newest + 1, day - daysKept + 1);
      for (let each = first; each <= day; each++) {
        const at = (each % daysKept) * width;
        this.#sums.fill(0, at, at + width);
        this.#counts.fill(0, at, at + width);
      }
      this.#newest = day;
    }
    for (const [k, name] of riskFigures.entries()) {
      const value = figures[name];
      if (value === undefined || !Number.isFinite(value)) continue;
      const at = (day % daysKept) * width + k;
      if ((this.#counts[at] as number) === 0xffff) continue;
      this.#sums[at] = (this.#sums[at] as number) + value;
      this.#counts[at] = (this.#counts[at] as number) + 1;
    }
  }

  clear(): void {
    this.#newest = -1;
  }

  /** As of the end of day `day` − 1: day `day` itself has not ended. Figures without a recent value are left out. */
  trends(day: number): Partial<Record<RiskFigure, FigureTrend>> {
    const out: Partial<Record<RiskFigure, FigureTrend>> = {};
    for (const [k, name] of riskFigures.entries()) {
      const recent = this.#days(k, day - recentDays, day - 1);
      if (recent.length === 0) continue;
      const before = this.#days(k, day - daysKept, day - recentDays - gapDays - 1).sort((a, b) => a - b);
      const now = recent.reduce((sum, value) => sum + value, 0) / recent.length;
      if (before.length < usualDaysMin) {
        out[name] = { recent: now, usual: Number.NaN, change: Number.NaN };
        continue;
      }
      const usual = middleOf(before);
      const apart = before.map((value) => Math.abs(value - usual)).sort((a, b) => a - b);
      const least = shares.has(name) ? spreadOfSharesLeast : spreadShareLeast * Math.abs(usual);
      const spread = Math.max(middleOf(apart) * madToSpread, least, 1e-6);
      const change = Math.max(-changeMost, Math.min(changeMost, (now - usual) / spread));
      out[name] = { recent: now, usual, change };
    }
    return out;
  }

  /** Daily means of a figure from one day to another, both counted, without days that have none. */
  #days(k: number, from: number, until: number): number[] {
    const out: number[] = [];
    for (
      let day = Math.max(from, this.#newest - daysKept + 1, 0);
      day <= until && day <= this.#newest;
      day++
    ) {
      const at = (day % daysKept) * width + k;
      const count = this.#counts[at] as number;
      if (count > 0) out.push((this.#sums[at] as number) / count);
    }
    return out;
  }

  write(to: PackedWriter): void {
    to.integer(this.#newest);
    to.block(this.#sums);
    to.block(this.#counts);
  }

  restore(from: PackedReader): void {
    this.#newest = from.integer();
    from.block(this.#sums);
    from.block(this.#counts);
  }
}

function middleOf(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}
