/** Training sees what serving sees: replayed minutes, and features of them, equal those of frames through the window operator. */
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { FrameDecoder } from '#pipelines/decode/frameDecoder.js';
import { ReadingColumns } from '#pipelines/decode/readingColumns.js';
import { StringCache } from '#pipelines/decode/stringCache.js';
import { createFeatureOperator } from '#pipelines/features/featureOperator.js';
import { createWindowOperator } from '#pipelines/window/windowOperator.js';
import type { FeatureBatch } from '#schemas/records/featureBatch.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import { datasetWell, featureRowsOf } from '../flow-autoencoder/featureRows.js';
import { flowFeatureSpec } from '../flow-autoencoder/featureSpec.js';
import { readThreeWFile } from './readThreeWFile.js';
import { replayMinutes } from './replayMinutes.js';
import { threeWFrames } from './threeWFrames.js';

const instance = await readThreeWFile(
  fileURLToPath(import.meta.resolve('#ops/demo/data/4/WELL-00010_20180423000029.csv.gz')),
);
const tags = instance.columns.map((c) => c.tag);
const tagName = (_tenant: unknown, id: number): string => tags[id] ?? '';

interface Row {
  readonly exact: readonly unknown[];
  readonly sums: readonly number[];
}

function rowsOf(batch: WindowBatch): [string, Row][] {
  return Array.from({ length: batch.length }, (_, i) => [
    `${batch.startMs[i]} ${tags[batch.tagIds[i] ?? -1]}`,
    {
      exact: [
        batch.counts[i],
        batch.goods[i],
        batch.flags[i],
        batch.mins[i],
        batch.maxs[i],
        batch.firsts[i],
        batch.lasts[i],
        batch.firstMs[i],
        batch.lastMs[i],
        batch.late[i],
      ],
      sums: [batch.sums[i] ?? 0, batch.sumSquares[i] ?? 0],
    },
  ]);
}

/** Frames of `frameMs`, encoded, decoded, windowed; a cycle a frame. */
function throughTheStream(frameMs: number): { minutes: Map<string, Row>; features: Map<number, number[]> } {
  const columns = new ReadingColumns();
  const decoder = new FrameDecoder(columns, new StringCache());
  const windows = createWindowOperator();
  const featureOperator = createFeatureOperator(flowFeatureSpec, { tagName });
  const minutes = new Map<string, Row>();
  const features = new Map<number, number[]>();
  const keep = (b: FeatureBatch) => {
    for (let i = 0; i < b.length; i++)
      features.set(b.endMs[i] ?? 0, [...b.values.subarray(i * b.width, (i + 1) * b.width)]);
  };
  const onMinutes = (batch: WindowBatch) => {
    for (const [key, row] of rowsOf(batch)) minutes.set(key, row);
    featureOperator.process(batch, keep);
  };
  const cycle = (nowMs: number) => {
    windows.endCycle({ nowMs }, onMinutes);
    featureOperator.endCycle?.({ nowMs }, keep);
  };
  const identity = { tenant: 't', site: 's', well: 'w', stream: 'main', epoch: 1, firstSeq: 1 };
  for (const frame of threeWFrames(instance, { ...identity, frameMs, shiftMs: 0, historical: false })) {
    const rejection = decoder.decode(encodeFrame(frame), 0);
    if (rejection !== null) throw new Error(rejection.detail);
    const tagIds = Int32Array.from(columns.tags.slice(0, columns.seriesCount), (tag) => tags.indexOf(tag));
    windows.process(
      { reading: columns, well: datasetWell, lane: 'live', arrivalMs: frame.t0 + frameMs, tagIds },
      onMinutes,
    );
    cycle(frame.t0 + frameMs);
  }
  // Silence closes what is left.
  cycle((instance.timesMs.at(-1) ?? 0) + 3_600_000);
  return { minutes, features };
}

for (const frameMs of [60_000, 7_000, 600_000])
  test(`a file replayed is the file sent in frames of ${frameMs / 1000} s`, (t) => {
    const streamed = throughTheStream(frameMs);
    const replayed = new Map<string, Row>();
    replayMinutes(
      instance,
      { well: datasetWell, lane: 'live', tagId: (tag) => tags.indexOf(tag) },
      (batch) => {
        for (const [key, row] of rowsOf(batch)) replayed.set(key, row);
      },
    );
    t.true(replayed.size > 500);
    t.deepEqual([...streamed.minutes.keys()].sort(), [...replayed.keys()].sort());
    for (const [key, row] of replayed) {
      const other = streamed.minutes.get(key);
      t.deepEqual(other?.exact, row.exact);
      // Added in another order: equal to what double precision leaves.
      row.sums.forEach((sum, k) => t.true(Math.abs(sum - (other?.sums[k] ?? 0)) <= 1e-12 * Math.abs(sum)));
    }

    const features = featureRowsOf(instance, flowFeatureSpec);
    t.true(features.rows > 20);
    t.deepEqual([...streamed.features.keys()], [...features.endMs]);
    for (let r = 0; r < features.rows; r++) {
      const there = streamed.features.get(features.endMs[r] ?? 0) ?? [];
      features.values
        .subarray(r * flowFeatureSpec.width, (r + 1) * flowFeatureSpec.width)
        .forEach((v, k) =>
          t.true(
            Number.isNaN(v) ? Number.isNaN(there[k]) : Math.abs(v - (there[k] ?? 0)) < 1e-4,
            `row ${r}, feature ${k}: ${v}, ${there[k]}`,
          ),
        );
    }
  });
