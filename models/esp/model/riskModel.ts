/** Boosted trees and net as one: rows in; risks with their interval and the likely mode out. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Backend } from '../../serving/backend.js';
import type { FailureRisk } from '#schemas/records/espRisk.js';
import { summaryWidth } from '../features/summaryRow.js';
import { type FailureMode, failureModes } from '../modes.js';
import { type BoostedTrees, treesSum } from './boostedTrees.js';
import { type Calibration, calibrated } from './calibration.js';
import { netOutputs } from './hazardNet.js';
import { netScores } from './netRows.js';
import type { RowScaling } from './rowScaling.js';

export interface RiskModel {
  readonly net: LayersModel;
  readonly scaling: RowScaling;
  /** Of a failure within 7 days, each from another draw of wells: how far they differ is the interval. */
  readonly trees7: readonly BoostedTrees[];
  /** Of one in days 7 to 30, given none before. */
  readonly treesLater: BoostedTrees;
  /** One a mode, in the order of `failureModes`. */
  readonly treesMode: readonly BoostedTrees[];
  /** Members: trees, net. */
  readonly calibration7: Calibration;
  readonly calibrationLater: Calibration;
  /** Share of the net in the mode, 0–1. */
  readonly netInMode: number;
}

export interface Risk extends FailureRisk {
  readonly mode: FailureMode;
  readonly modes: Float64Array;
}

/** Of the log-odds: eight of ten members of an endless ensemble. */
const intervalZ = 1.28;
/** Members that were fitted to the same simulator agree too well: what they cannot see is about so much. */
const intervalLeast = 0.25;

/** What `scoreRows` combines, row by row: log-odds of trees and net at both horizons, and the spread of the trees. */
export function memberScores(
  model: Pick<RiskModel, 'trees7' | 'treesLater'>,
  summary: Float32Array,
  row: number,
  net: Float32Array,
  out: Float64Array,
): void {
  const at = row * summaryWidth;
  let sum = 0;
  let squares = 0;
  for (const trees of model.trees7) {
    const x = treesSum(trees, summary, at);
    sum += x;
    squares += x * x;
  }
  const n = model.trees7.length;
  out[0] = sum / n;
  out[1] = net[row * netOutputs] as number;
  out[2] = treesSum(model.treesLater, summary, at);
  out[3] = net[row * netOutputs + 1] as number;
  out[4] = Math.sqrt(Math.max(squares / n - (sum / n) ** 2, 0));
}

/** `summary` has `rows` rows of summaryWidth. */
export function scoreRows(backend: Backend, model: RiskModel, summary: Float32Array, rows: number): Risk[] {
  const net = netScores(backend, model.net, summary, model.scaling, rows);
  const members = new Float64Array(5);
  return Array.from({ length: rows }, (_, row) => {
    memberScores(model, summary, row, net, members);
    const p7 = calibrated(model.calibration7, members, 0);
    const later = calibrated(model.calibrationLater, members, 2);
    const [weightTrees = 0, weightNet = 0] = model.calibration7.weights;
    const apart = Math.abs((members[0] as number) - (members[1] as number)) / 2;
    const spread =
      intervalZ *
      Math.hypot(
        (weightTrees + weightNet) * (members[4] as number),
        Math.min(weightTrees, weightNet) * apart,
        intervalLeast,
      );
    const [low7, high7] = [shifted(p7, -spread), shifted(p7, spread)];
    const [lowLater, highLater] = [shifted(later, -spread), shifted(later, spread)];
    const modes = modeProbabilities(model, summary, row, net);
    const most = modes.indexOf(Math.max(...modes));
    return {
      risk7: p7,
      risk7Low: low7,
      risk7High: high7,
      risk30: 1 - (1 - p7) * (1 - later),
      risk30Low: 1 - (1 - low7) * (1 - lowLater),
      risk30High: 1 - (1 - high7) * (1 - highLater),
      mode: failureModes[most] as FailureMode,
      modes,
    };
  });
}

/** Of each mode given a failure: trees and net averaged as logarithms. */
export function modeProbabilities(
  model: Pick<RiskModel, 'treesMode' | 'netInMode'>,
  summary: Float32Array,
  row: number,
  net: Float32Array,
): Float64Array {
  const n = failureModes.length;
  const trees = logSoftmax(model.treesMode.map((t) => treesSum(t, summary, row * summaryWidth)));
  const own = logSoftmax(Array.from(net.subarray(row * netOutputs + 2, (row + 1) * netOutputs)));
  const mixed = logSoftmax(
    Array.from(
      { length: n },
      (_, m) => (1 - model.netInMode) * (trees[m] as number) + model.netInMode * (own[m] as number),
    ),
  );
  return Float64Array.from(mixed, Math.exp);
}

function logSoftmax(z: readonly number[]): number[] {
  const most = Math.max(...z);
  const total = Math.log(z.reduce((sum, x) => sum + Math.exp(x - most), 0)) + most;
  return z.map((x) => x - total);
}

function shifted(p: number, by: number): number {
  return 1 / (1 + (1 / Math.max(p, 1e-9) - 1) * Math.exp(-by));
}
