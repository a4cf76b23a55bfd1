/** Laws of batching scores: every row of a wanted tenant is scored once, in order, in batches, with what made its score. */
import test from 'ava';
import type { FeatureBatch } from '#schemas/records/featureBatch.js';
import type { Score } from '#schemas/records/score.js';
import { BalancinError } from '#schemas/errors.js';
import { wellForTest } from '../features/minuteSeries.js';
import { createScoreOperator } from './scoreOperator.js';
import type { Scorer, Scorers } from './scorer.js';

/** Scores a row by its sum; shares are the values over it. */
function sumScorer(batches: number[]): Scorer & { disposed: boolean } {
  return {
    model: 'sum',
    version: 'v1',
    threshold: 3,
    disposed: false,
    spec: {
      name: 'sum',
      windowMinutes: 10,
      stepMinutes: 5,
      tags: ['a', 'b', 'c'],
      statistics: ['std', 'slope'],
      width: 6,
      coverageMin: 0.5,
      normalisation: 'dead-band-asinh',
      mask: 'nan',
    },
    score(values, rows, scores, shares) {
      batches.push(rows);
      for (let r = 0; r < rows; r++) {
        const row = values.subarray(r * 6, r * 6 + 6);
        const sum = row.reduce((s, v) => s + v, 0);
        scores[r] = sum;
        row.forEach((v, k) => (shares[r * 6 + k] = v / sum));
      }
    },
    dispose() {
      this.disposed = true;
    },
  };
}

const only = (scorer: Scorer, shadows: readonly Scorer[] = []): Scorers => ({
  model: scorer.model,
  spec: scorer.spec,
  active: () => scorer,
  shadows: () => shadows,
});

function batchOf(
  rows: number,
  options: { firstWell?: number; machineLearning?: boolean; width?: number } = {},
): FeatureBatch {
  const width = options.width ?? 6;
  return {
    length: rows,
    width,
    wells: Array.from({ length: rows }, (_, i) =>
      wellForTest((options.firstWell ?? 0) + i, { machineLearning: options.machineLearning ?? true }),
    ),
    lanes: Array.from({ length: rows }, () => 'live' as const),
    endMs: Float64Array.from({ length: rows }, (_, i) => i * 60_000),
    values: Float32Array.from({ length: rows * width }, (_, i) => (i % width) + 1),
    coverage: new Float32Array(rows).fill(0.5),
  };
}

test('rows of many frames are scored in full batches, and the rest at the end of the cycle', (t) => {
  const batches: number[] = [];
  const operator = createScoreOperator(only(sumScorer(batches)), { batchRows: 64 });
  const out: Score[] = [];
  for (let k = 0; k < 10; k++) operator.process(batchOf(15, { firstWell: 100 * k }), (s) => out.push(s));
  t.deepEqual(batches, [64, 64]);
  operator.endCycle?.({ nowMs: 0 }, (s) => out.push(s));
  t.deepEqual(batches, [64, 64, 22]);
  operator.endCycle?.({ nowMs: 0 }, (s) => out.push(s));
  t.deepEqual(batches, [64, 64, 22], 'an empty cycle calls no model');
  t.deepEqual(
    out.map((s) => s.well.wellId),
    Array.from({ length: 150 }, (_, i) => Math.floor(i / 15) * 100 + (i % 15)),
  );
});

test('a score says which tags made it, the largest first', (t) => {
  const operator = createScoreOperator(only(sumScorer([])));
  const out: Score[] = [];
  operator.process(batchOf(1), (s) => out.push(s));
  operator.endCycle?.({ nowMs: 0 }, (s) => out.push(s));
  t.is(out[0]?.value, 21);
  t.is(out[0]?.threshold, 3);
  t.is(out[0]?.coverage, 0.5);
  t.deepEqual(
    out[0]?.contributions.map((c) => [c.tag, Math.round(c.share * 21)]),
    [
      ['c', 11],
      ['b', 7],
      ['a', 3],
    ],
  );
});

test('wells of a plan without machine learning get no score', (t) => {
  const batches: number[] = [];
  const operator = createScoreOperator(only(sumScorer(batches)));
  operator.process(batchOf(100, { machineLearning: false }), () => t.fail());
  operator.endCycle?.({ nowMs: 0 }, () => t.fail());
  t.deepEqual(batches, []);
});

test('rows of another width are a bug, not a score', (t) => {
  const operator = createScoreOperator(only(sumScorer([])));
  const error = t.throws(() => operator.process(batchOf(1, { width: 5 }), () => t.fail()), {
    instanceOf: BalancinError,
  });
  t.is(error?.code, 'BUG');
});

test('a step that goes leaves its scorer alone: other tasks of the thread share it', (t) => {
  const scorer = sumScorer([]);
  createScoreOperator(only(scorer)).dispose?.();
  t.false(scorer.disposed);
});

test('the version chosen for a tenant speaks for its wells alone, one watched beside it is marked, each calls its model once', (t) => {
  const calls: Record<string, number[]> = { v1: [], v2: [], v3: [] };
  const version = (name: string): Scorer => ({ ...sumScorer(calls[name] as number[]), version: name });
  const [first, second, third] = [version('v1'), version('v2'), version('v3')];
  const operator = createScoreOperator({
    ...only(first),
    active: ({ slug }) => (slug === 'other' ? second : first),
    shadows: ({ slug }) => (slug === 'other' ? [third] : []),
  });
  const batch = batchOf(3);
  const [well] = batch.wells;
  if (well === undefined) return t.fail();
  const wells = [well, { ...well, tenant: { ...well.tenant, slug: 'other' } }, well];
  const out: Score[] = [];
  operator.process({ ...batch, wells }, (s) => out.push(s));
  operator.endCycle?.({ nowMs: 0 }, (s) => out.push(s));
  t.deepEqual(
    out.map(({ version: by, shadow, atMs }) => [by, shadow, atMs]),
    [
      ['v1', false, 0],
      ['v2', false, 60_000],
      ['v3', true, 60_000],
      ['v1', false, 120_000],
    ],
  );
  t.deepEqual(Object.values(calls), [[3], [3], [3]]);
});
