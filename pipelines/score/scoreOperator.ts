/** Feature rows in, scores out: rows of many wells gathered into batches of the size a model is fastest at. */
import { BalancinError } from '#schemas/errors.js';
import type { FeatureBatch } from '#schemas/records/featureBatch.js';
import type { Lane } from '#schemas/records/reading.js';
import type { Score } from '#schemas/records/score.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { CycleClock, Emit, Operator } from '#pipelines/operator.js';
import type { Scorer, Scorers } from './scorer.js';

interface Said {
  readonly scores: Float32Array;
  readonly shares: Float32Array;
}

/** Measured for small dense nets on WASM: beyond 64 rows a batch little is won. */
const batchRowsDefault = 64;
/** As many as the table and the reports show. */
const contributionsMax = 5;

/**
 * A full batch is scored at once, the rest at the end of the cycle: nothing waits from one cycle to the next, so there is
 * no state. Wells whose plan has no machine learning get no score. The scorers stay their maker's: tasks of one thread share
 * them.
 */
export function createScoreOperator(
  scorers: Scorers,
  options: { readonly batchRows?: number } = {},
): Operator<FeatureBatch, Score> {
  const rowsMax = options.batchRows ?? batchRowsDefault;
  const { width } = scorers.spec;
  const values = new Float32Array(rowsMax * width);
  const coverage = new Float32Array(rowsMax);
  const endMs = new Float64Array(rowsMax);
  const wells: WellRef[] = [];
  const lanes: Lane[] = [];
  let rows = 0;

  const flush = (emit: Emit<Score>): void => {
    if (rows === 0) return;
    // Mostly one version speaks for all: each that does scores the whole batch.
    const said = new Map<Scorer, Said>();
    const saidBy = (scorer: Scorer): Said => {
      const known = said.get(scorer);
      if (known !== undefined) return known;
      const made = { scores: new Float32Array(rows), shares: new Float32Array(rows * width) };
      scorer.score(values, rows, made.scores, made.shares);
      said.set(scorer, made);
      return made;
    };
    const say = (scorer: Scorer, r: number, shadow: boolean): void => {
      const { scores, shares } = saidBy(scorer);
      emit({
        well: wells[r] as WellRef,
        lane: lanes[r] as Lane,
        model: scorer.model,
        version: scorer.version,
        shadow,
        atMs: endMs[r] as number,
        value: scores[r] as number,
        threshold: scorer.threshold,
        coverage: coverage[r] as number,
        contributions: contributionsOf(scorer, shares, r),
      });
    };
    for (let r = 0; r < rows; r++) {
      const { tenant } = wells[r] as WellRef;
      say(scorers.active(tenant), r, false);
      for (const shadow of scorers.shadows(tenant)) say(shadow, r, true);
    }
    rows = 0;
  };

  return {
    name: `score:${scorers.model}`,
    process(batch: FeatureBatch, emit: Emit<Score>): void {
      if (batch.width !== width)
        throw new BalancinError('BUG', `${scorers.model} wants ${width} features a row, not ${batch.width}`);
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
