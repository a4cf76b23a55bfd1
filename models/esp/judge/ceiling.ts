/** What a score that saw the true severity reaches on the same wells and days: no scorer can be asked for more. */
import { firstSixMs } from '../dayScore.js';
import type { WellRecord } from './judgedWell.js';
import { alertCurve, known, rowsOf } from './measures.js';
import { type OracleFile, oracleScores } from './oracle.js';
import { averagePrecision, bestThreshold, brierSkill, f1At, type Rows } from './rowMeasures.js';

/** Named as the scorer's own measures. */
export interface Ceiling {
  readonly f1: number | null;
  readonly prAuc: number | null;
  readonly brierSkill: number | null;
  /** Of one limit chosen on these very wells, for no more false alarms than the scorer gave. */
  readonly eventRecall: number | null;
  readonly falseAlarmsPerWellMonth: number | null;
  readonly leadMedianH: number | null;
}

/** `falseAlarms` a well-month: what the scorer's own alert took. */
export function ceilingOf(
  oracle: OracleFile,
  records: readonly WellRecord[],
  falseAlarms: number | null,
): Ceiling {
  const seen = records.map((record): WellRecord => {
    const scores = oracleScores(oracle, record.well, firstSixMs(record.fromMs));
    const downAt = new Map(record.scores.map(({ timeMs }, i) => [timeMs, record.down[i] === true]));
    return { ...record, scores, down: scores.map(({ timeMs }) => downAt.get(timeMs) === true) };
  });
  const rows = rowsOf(seen);
  const alert = alertCurve(seen, [falseAlarms ?? 0])[0];
  return {
    f1: known(f1AcrossHalves(seen)),
    prAuc: known(averagePrecision(rows)),
    brierSkill: known(brierSkill(rows)),
    eventRecall: alert?.eventRecall ?? null,
    falseAlarmsPerWellMonth: alert?.falseAlarmsPerWellMonth ?? null,
    leadMedianH: alert?.leadMedianH ?? null,
  };
}

/** The threshold is fixed on every other well and judges the rest, both ways. */
function f1AcrossHalves(records: readonly WellRecord[]): number {
  const [a, b] = [0, 1].map((half) => rowsOf(records.filter((_, i) => i % 2 === half))) as [Rows, Rows];
  return (f1At(a, bestThreshold(b)) + f1At(b, bestThreshold(a))) / 2;
}
