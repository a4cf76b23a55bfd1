/** Fixes on wells that trained nothing: how members are weighed, where a day counts, where an alert opens. */
import type { Backend } from '../../serving/backend.js';
import { bestThreshold } from '../judge/rowMeasures.js';
import type { WellFailure } from '../wellSeries.js';
import { AlertLatch, type AlertLimits } from './alertLatch.js';
import { calibrated, type Calibration, fitCalibration } from './calibration.js';
import type { Members } from './fitMembers.js';
import { netScores } from './netRows.js';
import { memberScores, modeProbabilities } from './riskModel.js';
import type { LabelledRows } from './trainingRows.js';

/** A well with all of its days. */
export interface ValidationWell {
  readonly rows: LabelledRows;
  readonly failure: WellFailure | undefined;
}

export interface Validated {
  readonly calibration7: Calibration;
  readonly calibrationLater: Calibration;
  readonly netInMode: number;
  readonly threshold: number;
  readonly alert: AlertLimits;
  readonly baseRates: readonly [number, number];
  readonly wells: number;
  readonly days: number;
  readonly falseAlarmsPerWellMonth: number;
}

/** What validation allows, below the target of .05, since another fleet will be worse. */
const falseAlarmsMost = 0.04;
/** An alert closes well below where it opened. */
const closeShare = 0.4;
const dayMs = 86_400_000;

interface WellScores {
  /** Five a day, as `memberScores` gives them. */
  readonly members: Float64Array;
  readonly rows: LabelledRows;
  readonly failure: WellFailure | undefined;
}

export function validate(backend: Backend, members: Members, wells: Iterable<ValidationWell>): Validated {
  const scored: WellScores[] = [];
  const modeShares = [0, 0.25, 0.5, 0.75, 1];
  const right = modeShares.map(() => 0);
  for (const { rows, failure } of wells) {
    const net = netScores(backend, members.net, rows, members.scaling, rows.rows, 256);
    const all = new Float64Array(rows.rows * 5);
    for (let r = 0; r < rows.rows; r++) {
      memberScores(members, rows.summary, r, net, all.subarray(5 * r, 5 * r + 5));
      const mode = rows.mode[r] as number;
      if (mode < 0 || rows.fails7[r] === 0) continue;
      for (const [i, netInMode] of modeShares.entries()) {
        const p = modeProbabilities({ treesMode: members.treesMode, netInMode }, rows.summary, r, net);
        if (p.indexOf(Math.max(...p)) === mode) right[i] = (right[i] as number) + 1;
      }
    }
    // Images are large and no more needed.
    const nothing = new Float32Array(0);
    scored.push({
      members: all,
      rows: { ...rows, hours: nothing, days: nothing, summary: nothing },
      failure,
    });
  }
  const [calibration7, calibrationLater] = [
    calibrationOn(
      scored,
      0,
      () => true,
      (rows, r) => rows.fails7[r] as number,
    ),
    calibrationOn(
      scored,
      2,
      (rows, r) => rows.fails7[r] === 0 && rows.known30[r] === 1,
      (rows, r) => rows.fails30[r] as number,
    ),
  ];
  const risks = scored.map(({ members: m, rows }) =>
    Float64Array.from({ length: rows.rows }, (_, r) => calibrated(calibration7, m, 5 * r)),
  );
  const outcome = Uint8Array.from(scored.flatMap(({ rows }) => [...rows.fails7]));
  const risk = Float64Array.from(risks.flatMap((r) => [...r]));
  const { alert, falseRate } = chooseAlert(scored, risks);
  const share = (n: number): number => outcome.reduce((a, b) => a + b, 0) / outcome.length + n;
  const later = scored.flatMap(({ rows }) => [...rows.fails30]).reduce((a, b) => a + b, 0) / outcome.length;
  return {
    calibration7,
    calibrationLater,
    netInMode: modeShares[right.indexOf(Math.max(...right))] as number,
    threshold: bestThreshold({ risk, outcome }),
    alert,
    baseRates: [share(0), share(later)],
    wells: scored.length,
    days: outcome.length,
    falseAlarmsPerWellMonth: falseRate,
  };
}

function calibrationOn(
  scored: readonly WellScores[],
  at: number,
  takes: (rows: LabelledRows, r: number) => boolean,
  outcomeOf: (rows: LabelledRows, r: number) => number,
): Calibration {
  const scores: number[] = [];
  const outcome: number[] = [];
  for (const { members, rows } of scored)
    for (let r = 0; r < rows.rows; r++) {
      if (!takes(rows, r)) continue;
      scores.push(members[5 * r + at] as number, members[5 * r + at + 1] as number);
      outcome.push(outcomeOf(rows, r));
    }
  return fitCalibration(Float64Array.from(scores), 2, Float32Array.from(outcome));
}

/** The lowest opening at which alerts that nothing follows are few enough. */
function chooseAlert(
  scored: readonly WellScores[],
  risks: readonly Float64Array[],
): { alert: AlertLimits; falseRate: number } {
  const months = scored.reduce((sum, { rows }) => sum + rows.rows / 30, 0);
  let chosen = { alert: { open: 0.9, close: 0.9 * closeShare }, falseRate: 0 };
  for (let open = 0.9; open > 0.004; open *= 0.95) {
    const alert = { open, close: open * closeShare };
    let falseAlarms = 0;
    for (const [w, { rows, failure }] of scored.entries())
      falseAlarms += falseAlarmsOf(alert, risks[w] as Float64Array, rows.timesMs, failure);
    if (falseAlarms / months > falseAlarmsMost) break;
    chosen = { alert, falseRate: falseAlarms / months };
  }
  return chosen;
}

function falseAlarmsOf(
  alert: AlertLimits,
  risks: Float64Array,
  timesMs: Float64Array,
  failure: WellFailure | undefined,
): number {
  const latch = new AlertLatch(alert);
  const rightFromMs = failure === undefined || failure.sudden ? Number.POSITIVE_INFINITY : failure.onsetMs;
  let closedMs = Number.NEGATIVE_INFINITY;
  let was = false;
  let count = 0;
  for (let r = 0; r < risks.length; r++) {
    const ms = timesMs[r] as number;
    const on = latch.push(risks[r] as number);
    if (on && !was && ms - closedMs > 3 * dayMs && ms < rightFromMs) count++;
    if (on) closedMs = ms;
    was = on;
  }
  return count;
}
