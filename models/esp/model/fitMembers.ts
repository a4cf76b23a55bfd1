/** Fits all members of the risk model to one set of rows: trees at both horizons, trees a mode, the net. */
import { seededRandom } from '../../flow-autoencoder/random.js';
import type { Backend } from '../../serving/backend.js';
import { summaryWidth } from '../features/summaryRow.js';
import { failureModes } from '../modes.js';
import type { BoostedTrees } from './boostedTrees.js';
import { fitHazardNet } from './fitHazardNet.js';
import { boostingDefaults, type BoostingOptions, fitBoosting } from './gradientBoosting.js';
import { modelledFeatures } from './modelledFeatures.js';
import { riskDirections } from './riskDirections.js';
import type { RiskModel } from './riskModel.js';
import { fitRowScaling } from './rowScaling.js';
import type { LabelledRows } from './trainingRows.js';

export interface FitMembersOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly boosting?: Partial<BoostingOptions>;
  readonly log?: (line: string) => void;
}

export type Members = Omit<RiskModel, 'calibration7' | 'calibrationLater' | 'netInMode'>;

const drawsOfWells = 3;
/** Each draw leaves out so many wells. */
const leftOut = 0.2;
const modeBoosting: BoostingOptions = {
  ...boostingDefaults,
  trees: 80,
  depth: 3,
  rate: 0.08,
  leafWeightLeast: 3,
};

export function fitMembers(backend: Backend, data: LabelledRows, options: FitMembersOptions): Members {
  const log = options.log ?? (() => {});
  const boosting: BoostingOptions = { ...boostingDefaults, direction: riskDirections, ...options.boosting };
  const on = (
    outcome: Float32Array,
    weight: Float32Array,
    seed: number,
    how: BoostingOptions = boosting,
  ): BoostedTrees =>
    fitBoosting(
      { values: data.summary, rows: data.rows, width: summaryWidth, outcome, weight },
      { ...how, seed },
    );
  const views = [{}, { without: modelledFeatures }];
  const trees7 = views.flatMap((view, v) =>
    Array.from({ length: drawsOfWells }, (_, k) => {
      const seed = options.seed + v * drawsOfWells + k;
      log(`trees, view ${v + 1} of ${views.length}, draw ${k + 1} of ${drawsOfWells}`);
      return on(data.fails7, wellWeights(data, seed), seed, { ...boosting, ...view });
    }),
  );
  log('trees of days 7 to 30');
  const treesLater = on(
    data.fails30,
    Float32Array.from(data.fails7, (y, r) => (y === 1 || data.known30[r] === 0 ? 0 : 1)),
    options.seed,
  );
  log('trees a mode');
  const treesMode = fitModes(data, options.seed);
  const scaling = fitRowScaling(data.summary, data.rows, summaryWidth);
  const net = fitHazardNet(backend, data, scaling, { seed: options.seed, epochs: options.epochs, log });
  return { net, scaling, trees7, treesLater, treesMode };
}

/** One against the rest, on rows with a failure ahead that shows. */
function fitModes(data: LabelledRows, seed: number): BoostedTrees[] {
  const seen = Array.from(data.mode.keys()).filter((r) => (data.mode[r] as number) >= 0);
  const values = new Float32Array(seen.length * summaryWidth);
  for (const [i, r] of seen.entries())
    values.set(data.summary.subarray(r * summaryWidth, (r + 1) * summaryWidth), i * summaryWidth);
  return failureModes.map((_, m) =>
    fitBoosting(
      {
        values,
        rows: seen.length,
        width: summaryWidth,
        outcome: Float32Array.from(seen, (r) => (data.mode[r] === m ? 1 : 0)),
      },
      { ...modeBoosting, seed: seed + m },
    ),
  );
}

function wellWeights(data: LabelledRows, seed: number): Float32Array {
  const random = seededRandom(seed * 7919 + 1);
  const kept: number[] = [];
  return Float32Array.from(data.well, (well) => {
    while (kept.length <= well) kept.push(random() < leftOut ? 0 : 1);
    return kept[well] as number;
  });
}
