/** All signals of a well together: principal components of their fast and slow means (T², SPE), their spread, one score. */
import { BalancinError } from '#schemas/errors.js';
import { driftVariance } from './drift.js';
import { Layout } from './layout.js';
import { type MultivariateConfig, multivariateConfig } from './multivariateConfig.js';
import { Components } from './components.js';

/** With 24 signals the state takes 4.0 kB as float32. */
export const signalsMax = 24;

/** Valid during a call, so that all wells share them: the row as distances, and what is worked out from it. */
const row = new Float64Array(signalsMax);
const levelled = new Float64Array(signalsMax);
const rests = new Float64Array(signalsMax);
const alone = new Uint8Array(signalsMax);
/** Of the last row of the detector that was stepped last. */
const missing = new Uint8Array(signalsMax);

const driftAt = 0;
const spreadAt = 1;
/** How far a row may lie from the level before it is clipped. */
const reachAt = 2;
const floorAt = 3;
/** Share of the way to the row that the level goes. */
const followAt = 4;
const derivedPerSignal = 5;

/**
 * Learns from the first `learnRows` rows what is usual; each row's statistics are scored by what the rows before it taught,
 * and their distribution makes the limits. Frozen, it learns no more; adaptive, it goes on with rows that give no alert.
 * A signal's slow wandering in the rows that taught widens what is expected of it the longer ago they are.
 */
export class Multivariate {
  readonly signals: number;
  /** All that has to be kept; a float32 holds each number. */
  readonly state: Float64Array | Float32Array;
  readonly #config: MultivariateConfig;
  readonly #adaptive: boolean;
  readonly #at: Layout;
  readonly #fast: Components;
  readonly #slow: Components;
  /**
   * What follows from what was learned, and changes seldom once all is: five numbers a signal (`spreadOf` and after), then the
   * limit of each of five statistics.
   */
  readonly #derived: Float64Array;
  #settled = false;
  #sinceRefresh = Number.POSITIVE_INFINITY;
  /** Which stretch of rows the components are of, where rows are held out; -1 before there are any. */
  #refreshed = -1;
  #worst: 'fast' | 'slow' | 'spread' = 'fast';

  constructor(
    signals: number,
    options: {
      readonly adaptive: boolean;
      readonly config?: MultivariateConfig;
      /** Numbers as a stored state keeps them, so that a restored detector goes on alike. */
      readonly stored?: boolean;
    },
  ) {
    if (signals < 1 || signals > signalsMax)
      throw new BalancinError(
        'USAGE',
        `1 to ${signalsMax} signals can be looked at together, not ${signals}`,
      );
    this.signals = signals;
    this.#config = options.config ?? multivariateConfig;
    this.#adaptive = options.adaptive;
    this.#at = new Layout(signals);
    this.state =
      options.stored === true ? new Float32Array(this.#at.fields) : new Float64Array(this.#at.fields);
    this.#fast = new Components(signals, this.#config);
    this.#slow = new Components(signals, this.#config);
    this.#derived = new Float64Array(derivedPerSignal * signals + 5);
  }

  get alert(): boolean {
    return this.state[this.#at.open] === 1;
  }

  get learned(): boolean {
    return (this.state[this.#at.count] as number) >= this.#config.learnRows;
  }

  /**
   * The row's score: 1 is the limit, 0 while it learns. `values[from … from + signals)`, NaN where there is none.
   * `alert` tells what came of it.
   */
  step(values: Float64Array, from = 0): number {
    const { state } = this;
    const at = this.#at;
    const n = state[at.count] as number;
    if (n === 0) this.#begin(values, from);
    if (!this.#settled) this.#workOut(n);
    this.#take(values, from, n);
    this.#smooth(values, from, n);
    this.#refreshWhenDue(n);
    const learning = n < this.#config.learnRows;
    if (!learning && !this.#settled) this.#workOut(n);
    const score = n < this.#scoredFrom ? 0 : this.#score(learning);
    if (learning) {
      if (n < this.#teachRows) this.#learn(n, 1 / (n + 1));
      this.#addBlock(n);
      state[at.count] = n + 1;
      return 0;
    }
    this.#decide(score);
    state[at.since] = (state[at.since] as number) + 1;
    if (this.#adaptive && state[at.open] === 0 && score < this.#config.adaptBelow) this.#adapt();
    return score;
  }

  /** Share of the last row's worst statistic by signal; they sum to 1. */
  contributions(into: Float64Array): void {
    const { signals } = this;
    const at = this.#at;
    if (this.#worst === 'spread') {
      for (let j = 0; j < signals; j++) into[j] = this.#spreadOf(j) ** 2;
    } else {
      const [components, mean] = this.#worst === 'fast' ? [this.#fast, at.fast] : [this.#slow, at.slow];
      this.#level(mean);
      components.fillGaps(levelled, missing);
      components.contributions(levelled, into);
    }
    let sum = 0;
    for (let j = 0; j < signals; j++) sum += into[j] as number;
    for (let j = 0; j < signals; j++) into[j] = sum > 0 ? (into[j] as number) / sum : 0;
  }

  /** The same statistics are worth the same whoever restores them: held-out rows are scored by components that do not change. */
  #refreshWhenDue(n: number): void {
    const { learnRows, teachRows, refreshRows } = this.#config;
    if (teachRows === undefined) {
      if (++this.#sinceRefresh > refreshRows || n === learnRows) this.#refresh(n, this.#since);
      return;
    }
    if (n < teachRows) return;
    const stretch = n < learnRows ? 0 : 1 + Math.floor(this.#since / refreshRows);
    if (stretch === this.#refreshed) return;
    this.#refreshed = stretch;
    this.#refresh(n, Math.max(0, stretch - 1) * refreshRows);
  }

  /**
   * A row of a well that is on its way to another level: nothing is judged, levels go there, by `weight` of the way; what is
   * usual about the level stays. A signal that was not there takes the level it comes back with.
   */
  follow(values: Float64Array, weight: number, from = 0): void {
    const { state } = this;
    const at = this.#at;
    if (state[at.count] === 0) return;
    this.#settled = false;
    for (let j = 0; j < this.signals; j++) {
      const v = values[from + j] as number;
      const level = (state[at.origin + j] as number) + (state[at.mean + j] as number);
      if (!Number.isFinite(v)) {
        if (weight === 1) state[at.origin + j] = Number.NaN;
      } else if (Number.isNaN(level)) state[at.origin + j] = v - (state[at.mean + j] as number);
      else state[at.origin + j] = (state[at.origin + j] as number) + weight * (v - level);
    }
  }

  /** The levels are those of the way's end: means of rows begin anew at them. */
  settle(): void {
    const { state } = this;
    const at = this.#at;
    for (let j = 0; j < this.signals; j++) {
      const mean = state[at.mean + j] as number;
      for (const of of [at.fast, at.slow, at.last]) state[of + j] = mean;
      state[at.spread + j] = state[at.usual + j] as number;
    }
    state[at.open] = 0;
    state[at.run] = 0;
  }

  /** What the rest of the last row lets expect of a signal, and what it was. */
  expectation(signal: number, out: { expected: number; actual: number }): void {
    const { state } = this;
    const at = this.#at;
    const origin = state[at.origin + signal] as number;
    const mean = state[at.mean + signal] as number;
    const level = this.#worst === 'slow' ? at.slow : at.fast;
    this.#level(level);
    out.actual = origin + (state[level + signal] as number);
    for (let j = 0; j < this.signals; j++) alone[j] = j === signal ? 1 : 0;
    (level === at.fast ? this.#fast : this.#slow).fillGaps(levelled, alone);
    out.expected = origin + mean + (levelled[signal] as number);
  }

  get #teachRows(): number {
    return this.#config.teachRows ?? this.#config.learnRows;
  }

  get #since(): number {
    return this.state[this.#at.since] as number;
  }

  get #scoredFrom(): number {
    if (this.#config.teachRows !== undefined) return this.#config.teachRows;
    return Math.max(4 * this.signals, Math.floor(this.#config.learnRows / 4));
  }

  /** Everything is kept as the distance from the first row: small numbers, which a float32 holds well. */
  #begin(values: Float64Array, from: number): void {
    for (let j = 0; j < this.signals; j++) {
      const v = values[from + j] as number;
      this.state[this.#at.origin + j] = Number.isFinite(v) ? v : Number.NaN;
    }
  }

  /** What follows from what was learned; until all is learned it changes with every row. */
  #workOut(n: number): void {
    const { learnRows, clipSpreads, adaptMin, adaptRows, limitFast, limitSlow, limitSpread } = this.#config;
    const reach = n < 30 ? Number.POSITIVE_INFINITY : clipSpreads;
    for (let j = 0; j < this.signals; j++) {
      const spread = this.#spread(j, n);
      const last = this.#spread(j, learnRows);
      const drift = this.#derived[derivedPerSignal * j + driftAt] as number;
      this.#derived[derivedPerSignal * j + spreadAt] = spread;
      this.#derived[derivedPerSignal * j + reachAt] = reach * Math.sqrt(spread ** 2 + drift);
      this.#derived[derivedPerSignal * j + floorAt] = (1e-3 * last) ** 2;
      this.#derived[derivedPerSignal * j + followAt] =
        Math.max(adaptMin, drift / (drift + last ** 2)) / adaptRows;
    }
    if (n < learnRows) return;
    [limitFast, limitFast, limitSlow, limitSlow, limitSpread].forEach((deviations, which) => {
      this.#derived[derivedPerSignal * this.signals + which] = this.#limitOf(which, deviations);
    });
    this.#settled = true;
  }

  /** The row as distances from the origin, what is missing as usual, what is far out clipped. */
  #take(values: Float64Array, from: number, n: number): void {
    const { state } = this;
    const at = this.#at;
    for (let j = 0; j < this.signals; j++) {
      const v = values[from + j] as number;
      const known = Number.isFinite(v);
      if (known && Number.isNaN(state[at.origin + j])) {
        state[at.origin + j] = v - (state[at.mean + j] as number);
        this.#workOut(n);
      }
      const mean = state[at.mean + j] as number;
      missing[j] = known ? 0 : 1;
      const away = known ? v - (state[at.origin + j] as number) - mean : 0;
      const far = this.#derived[derivedPerSignal * j + reachAt] as number;
      row[j] = mean + Math.max(-far, Math.min(far, away));
    }
  }

  /** Standard deviation of single rows; a signal that stood still gets 1 % of its level. */
  #spread(j: number, n: number): number {
    const { state } = this;
    const at = this.#at;
    const variance = (state[at.square + j] as number) / Math.max(1, Math.min(n, this.#teachRows));
    const origin = Math.abs((state[at.origin + j] as number) || 0);
    return variance > (1e-7 * origin) ** 2 ? Math.sqrt(variance) : Math.max(0.01 * origin, 1e-9);
  }

  #smooth(values: Float64Array, from: number, n: number): void {
    const { state } = this;
    const at = this.#at;
    const { fastRows, slowRows } = this.#config;
    for (let j = 0; j < this.signals; j++) {
      if (missing[j] === 1) continue;
      const x = row[j] as number;
      const wasFast = state[at.fast + j] as number;
      state[at.fast + j] = wasFast + Math.max(1 / (n + 1), 1 / fastRows) * (x - wasFast);
      const wasSlow = state[at.slow + j] as number;
      state[at.slow + j] = wasSlow + Math.max(1 / (n + 1), 1 / slowRows) * (x - wasSlow);
      const v = values[from + j] as number;
      const far = 2 * this.#config.clipSpreads * (this.#derived[derivedPerSignal * j + spreadAt] as number);
      const away = v - (state[at.origin + j] as number) - wasFast;
      // The fast mean is clipped: of a signal far off only what differs from the row before tells how lively it is.
      const was = state[at.last + j] as number;
      const rest = Math.min(far, Math.abs(away), Math.abs(away + wasFast - was)) ** 2;
      state[at.last + j] = away + wasFast;
      rests[j] = rest;
      const wasSpread = state[at.spread + j] as number;
      state[at.spread + j] = wasSpread + Math.max(1 / (n + 1), 1 / slowRows) * (rest - wasSpread);
    }
  }

  #learn(n: number, weight: number): void {
    const { state, signals } = this;
    const at = this.#at;
    // Sums over the rows that taught; adaptive, the oldest fade as new ones come.
    const keep = n < this.#config.learnRows ? 1 : 1 - weight;
    for (let j = 0; j < signals; j++) {
      if (missing[j] === 1) continue;
      const mean = state[at.mean + j] as number;
      const away = (row[j] as number) - mean;
      state[at.mean + j] = mean + weight * away;
      state[at.square + j] = keep * (state[at.square + j] as number) + (1 - weight) * away * away;
      const usual = state[at.usual + j] as number;
      state[at.usual + j] = usual + weight * ((rests[j] as number) - usual);
    }
    this.#learnProducts(at.fast, at.fastProducts, keep);
    this.#learnProducts(at.slow, at.slowProducts, keep);
  }

  /**
   * Levels follow, each as fast as its signal wandered in the rows that taught: a steady one not at all, so that a fault that
   * comes slowly is not learned away. What is usual about the level stays.
   */
  #adapt(): void {
    const { state } = this;
    const at = this.#at;
    for (let j = 0; j < this.signals; j++) {
      if (missing[j] === 1) continue;
      const mean = state[at.mean + j] as number;
      state[at.mean + j] =
        mean + (this.#derived[derivedPerSignal * j + followAt] as number) * ((row[j] as number) - mean);
    }
    // A level that follows is as old as its constant, no older.
    state[at.since] = Math.min(state[at.since] as number, this.#config.adaptRows);
  }

  #learnProducts(mean: number, products: number, keep: number): void {
    const { state, signals } = this;
    this.#level(mean);
    let k = products;
    for (let i = 0; i < signals; i++)
      for (let j = 0; j <= i; j++, k++)
        state[k] = keep * (state[k] as number) + (levelled[i] as number) * (levelled[j] as number);
  }

  #level(mean: number): void {
    for (let j = 0; j < this.signals; j++)
      levelled[j] = (this.state[mean + j] as number) - (this.state[this.#at.mean + j] as number);
  }

  /** Means of equal stretches of the rows that teach: how far a signal wanders. */
  #addBlock(n: number): void {
    const at = this.#at;
    const rows = this.#config.learnRows / at.blocks;
    const block = Math.min(at.blocks - 1, Math.floor(n / rows));
    for (let j = 0; j < this.signals; j++) {
      const k = at.blockMeans + block * this.signals + j;
      this.state[k] = (this.state[k] as number) + (row[j] as number) / rows;
    }
  }

  #refresh(n: number, sinceRows: number): void {
    const { state, signals } = this;
    const at = this.#at;
    const rows = Math.max(1, Math.min(n, this.#teachRows));
    this.#sinceRefresh = 0;
    this.#settled = false;
    for (let j = 0; j < signals; j++)
      this.#derived[derivedPerSignal * j + driftAt] =
        n < this.#config.learnRows
          ? 0
          : driftVariance(
              state,
              { at: at.blockMeans + j, step: signals, blocks: at.blocks },
              (sinceRows / this.#config.learnRows) * at.blocks,
            );
    const floor = (j: number) => (0.02 * this.#spread(j, n)) ** 2;
    const drift = (j: number) => this.#derived[derivedPerSignal * j + driftAt] as number;
    this.#fast.refresh(state, at.fastProducts, rows, drift, floor);
    this.#slow.refresh(state, at.slowProducts, rows, drift, floor);
  }

  #score(learning: boolean): number {
    const at = this.#at;
    this.#level(at.fast);
    this.#fast.fillGaps(levelled, missing);
    this.#fast.score(levelled);
    const fastT = this.#against(0, this.#fast.tSquared, learning);
    const fastQ = this.#against(1, this.#fast.spe, learning);
    this.#level(at.slow);
    this.#slow.fillGaps(levelled, missing);
    this.#slow.score(levelled);
    const slowT = this.#against(2, this.#slow.tSquared, learning);
    const slowQ = this.#against(3, this.#slow.spe, learning);
    let square = 0;
    for (let j = 0; j < this.signals; j++) square += this.#spreadOf(j) ** 2;
    const spread = this.#against(4, square, learning);
    const fast = Math.max(fastT, fastQ);
    const slow = Math.max(slowT, slowQ);
    this.#worst = spread > fast && spread > slow ? 'spread' : fast > slow ? 'fast' : 'slow';
    return Math.max(fast, slow, spread);
  }

  /** How much livelier or quieter than usual a signal is: logarithm of the ratio of variances. */
  #spreadOf(j: number): number {
    const at = this.#at;
    const floor = this.#derived[derivedPerSignal * j + floorAt] as number;
    return Math.log(
      ((this.state[at.spread + j] as number) + floor) / ((this.state[at.usual + j] as number) + floor),
    );
  }

  /** A statistic over its limit; while learning it goes into the distribution the limit comes from. */
  #against(which: number, statistic: number, learning: boolean): number {
    const { state } = this;
    const k = this.#at.limits + 3 * which;
    if (learning) {
      const root = Math.cbrt(statistic);
      const n = (state[k] as number) + 1;
      state[k] = n;
      const away = root - (state[k + 1] as number);
      state[k + 1] = (state[k + 1] as number) + away / n;
      state[k + 2] = (state[k + 2] as number) + away * (root - (state[k + 1] as number));
      return 0;
    }
    const limit = this.#derived[derivedPerSignal * this.signals + which] as number;
    return limit > 0 ? statistic / (limit * limit * limit) : 0;
  }

  #limitOf(which: number, deviations: number): number {
    const { state } = this;
    const k = this.#at.limits + 3 * which;
    const n = state[k] as number;
    return (state[k + 1] as number) + deviations * Math.sqrt((state[k + 2] as number) / Math.max(1, n - 1));
  }

  #decide(score: number): void {
    const { state } = this;
    const at = this.#at;
    const { openRows, closeAt, closeRows } = this.#config;
    if (state[at.open] === 1) {
      state[at.run] = score < closeAt ? (state[at.run] as number) + 1 : 0;
      if ((state[at.run] as number) < closeRows) return;
      state[at.open] = 0;
    } else {
      state[at.run] = score >= 1 ? (state[at.run] as number) + 1 : 0;
      if ((state[at.run] as number) < openRows) return;
      state[at.open] = 1;
    }
    state[at.run] = 0;
  }
}
