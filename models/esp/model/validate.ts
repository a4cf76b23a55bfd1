/** Fixes on wells that trained nothing: how members are weighed, where a day counts, where an alert opens. */
import type { Backend } from '../../serving/backend.js';
import { summaryWidth } from '../features/summaryRow.js';
import { averagePrecision, bestThreshold, f1At, type Rows } from '../judge/rowMeasures.js';
import type { WellFailure } from '../wellSeries.js';
import type { AlertLimits } from './alertLatch.js';
import { calibrated, type Calibration, fitCalibration } from './calibration.js';
import { chooseAlert } from './chooseAlert.js';
import type { Members } from './fitMembers.js';
import { type LogisticModel, logisticScore } from './logisticRegression.js';
import { netScores } from './netRows.js';
import { memberScores, modeProbabilities } from './riskModel.js';
import type { RowPiece } from './rowPieces.js';
import type { LabelledRows } from './trainingRows.js';

export interface Validated {
  readonly calibration7: Calibration;
  readonly calibrationLater: Calibration;
  readonly netInMode: number;
  readonly threshold: number;
  readonly alert: AlertLimits;
  readonly baseRates: readonly [number, number];
  readonly wells: number;
  readonly days: number;
  /** On these very wells: of each scorer at its own best threshold, and of the alert. */
  readonly metrics: Readonly<Record<string, number>>;
}

const modeShares = [0, 0.25, 0.5, 0.75, 1];

interface WellScores {
  /** Five a day, as `memberScores` gives them. */
  readonly members: Float64Array;
  readonly logistic: Float64Array;
  readonly rows: LabelledRows;
  readonly failure: WellFailure | null;
}

export function validate(
  backend: Backend,
  members: Members,
  logistic: LogisticModel,
  pieces: Iterable<RowPiece>,
): Validated {
  const scored: WellScores[] = [];
  const right = modeShares.map(() => 0);
  for (const piece of pieces)
    for (const [w, failure] of piece.failures.entries()) {
      const rows = rowsOfWell(piece.rows, w);
      const net = netScores(backend, members.net, rows.summary, members.scaling, rows.rows, 256);
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
      const plain = Float64Array.from({ length: rows.rows }, (_, r) =>
        logisticScore(logistic, rows.summary, r * summaryWidth),
      );
      // The summaries are large and no more needed.
      scored.push({
        members: all,
        logistic: plain,
        rows: { ...rows, summary: new Float32Array(0) },
        failure,
      });
    }
  const calibration7 = calibrationOn(
    scored,
    0,
    () => true,
    (rows, r) => rows.fails7[r] as number,
  );
  const calibrationLater = calibrationOn(
    scored,
    2,
    (rows, r) => rows.fails7[r] === 0 && rows.known30[r] === 1,
    (rows, r) => rows.fails30[r] as number,
  );
  const risks = scored.map(({ members: m, rows }) =>
    Float64Array.from({ length: rows.rows }, (_, r) => calibrated(calibration7, m, 5 * r)),
  );
  const outcome = Uint8Array.from(scored.flatMap(({ rows }) => [...rows.fails7]));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / outcome.length;
  const own = { risk: Float64Array.from(risks.flatMap((r) => [...r])), outcome };
  const member = (at: number): Rows => ({
    risk: Float64Array.from(
      scored.flatMap(({ members: m, rows }) =>
        Array.from({ length: rows.rows }, (_, r) => m[5 * r + at] as number),
      ),
    ),
    outcome,
  });
  const plain = { risk: Float64Array.from(scored.flatMap((each) => [...each.logistic])), outcome };
  const chosen = chooseAlert(
    scored.map(({ rows, failure }, w) => ({
      timesMs: rows.timesMs,
      risk7: risks[w] as Float64Array,
      failure,
    })),
  );
  return {
    calibration7,
    calibrationLater,
    netInMode: modeShares[right.indexOf(Math.max(...right))] as number,
    threshold: bestThreshold(own),
    alert: chosen.alert,
    baseRates: [
      mean([...outcome]),
      mean(
        scored.flatMap(({ rows }) =>
          Array.from(rows.fails30, (later, r) => later + (rows.fails7[r] as number)),
        ),
      ),
    ],
    wells: scored.length,
    days: outcome.length,
    metrics: {
      ...ranking('served', own),
      ...ranking('boosting', member(0)),
      ...ranking('net', member(1)),
      ...ranking('logistic', plain),
      prevalence: mean([...outcome]),
      falseAlarmsPerWellMonth: chosen.falseAlarmsPerWellMonth,
      eventRecall: chosen.eventRecall,
    },
  };
}

function ranking(name: string, rows: Rows): Record<string, number> {
  return { [`${name}F1`]: f1At(rows, bestThreshold(rows)), [`${name}PrAuc`]: averagePrecision(rows) };
}

/** Rows of a well stand together. */
function rowsOfWell(all: LabelledRows, well: number): LabelledRows {
  let from = all.well.indexOf(well);
  if (from < 0) from = 0;
  let to = from;
  while (to < all.rows && all.well[to] === well) to++;
  return {
    rows: to - from,
    summary: all.summary.subarray(from * summaryWidth, to * summaryWidth),
    fails7: all.fails7.subarray(from, to),
    fails30: all.fails30.subarray(from, to),
    mode: all.mode.subarray(from, to),
    well: all.well.subarray(from, to),
    timesMs: all.timesMs.subarray(from, to),
    known30: all.known30.subarray(from, to),
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
