/** Feature rows in, scores out: rows of many wells gathered into batches of the size a model is fastest at. */
import { BalancinError } from '#schemas/errors.js';
import type { FeatureBatch } from '#schemas/records/featureBatch.js';
import type { Lane } from '#schemas/records/reading.js';
import type { Score } from '#schemas/records/score.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { CycleClock, Emit, Operator } from '#pipelines/operator.js';
import type { Scorer } from './scorer.js';

/** Measured for small dense nets on WASM: beyond 64 rows a batch little is won. */
const batchRowsDefault = 64;
/** As many as the table and the reports show. */
const contributionsMax = 5;

/**
 * A full batch is scored at once, the rest at the end of the cycle: nothing waits from one cycle to the next, so there is
 * no state. Wells whose plan has no machine learning get no score. The scorer stays its maker's: tasks of one thread share it.
 */
export function createScoreOperator(
  scorer: Scorer,
  options: { readonly batchRows?: number } = {},
): Operator<FeatureBatch, Score> {
  const rowsMax = options.batchRows ?? batchRowsDefault;
  const { width } = scorer.spec;
  const values = new Float32Array(rowsMax * width);
  const shares = new Float32Array(rowsMax * width);
  const scores = new Float32Array(rowsMax);
  const coverage = new Float32Array(rowsMax);
  const endMs = new Float64Array(rowsMax);
  const wells: WellRef[] = [];
  const lanes: Lane[] = [];
  let rows = 0;

  const flush = (emit: Emit<Score>): void => {
    if (rows === 0) return;
    scorer.score(values, rows, scores, shares);
    for (let r = 0; r < rows; r++)
      emit({
        well: wells[r] as WellRef,
        lane: lanes[r] as Lane,
        model: scorer.model,
        version: scorer.version,
        atMs: endMs[r] as number,
        value: scores[r] as number,
        threshold: scorer.threshold,
        coverage: coverage[r] as number,
        contributions: contributionsOf(scorer, shares, r),
      });
    rows = 0;
  };

  return {
    name: `score:${scorer.model}`,
    process(batch: FeatureBatch, emit: Emit<Score>): void {
      if (batch.width !== width)
        throw new BalancinError('BUG', `${scorer.model} wants ${width} features a row, not ${batch.width}`);
      for (let i = 0; i < batch.length; i++) {
        const well = batch.wells[i] as WellRef;
        if (!well.tenant.machineLearning) continue;
        values.set(batch.values.subarray(i * width, (i + 1) * width), rows * width);
        wells[rows] = well;
        lanes[rows] = batch.lanes[i] as Lane;
        endMs[rows] = batch.endMs[i] as number;
        coverage[rows] = batch.coverage[i] as number;
        if (++rows === rowsMax) flush(emit);
      }
    },
    endCycle(_clock: CycleClock, emit: Emit<Score>): void {
      flush(emit);
    },
  };
}

/** Features of one tag together, largest first; ties in the order of the spec. Tags without a share are left out. */
function contributionsOf(scorer: Scorer, shares: Float32Array, row: number): Score['contributions'] {
  const { tags, statistics, width } = scorer.spec;
  return tags
    .map((tag, k) => {
      let share = 0;
      for (let j = 0; j < statistics.length; j++)
        share += shares[row * width + k * statistics.length + j] as number;
      return { tag, share };
    })
    .filter((c) => c.share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, contributionsMax);
}
