/** How fast frames are decoded, by hand and through avsc. */
import { readSchema } from '#schemas/avro/readSchema.js';
import type { Bench, BenchCase, BenchSize } from '#ops/bench/bench.js';
import { floorRate } from '#ops/bench/floorRate.js';
import { measure, measureTimes } from '#ops/bench/measure.js';
import { frameShapes, type PreparedFrames, prepareFrames, roundsOf } from '#ops/bench/preparedFrames.js';
import { resultHash } from '#ops/bench/resultHash.js';
import { createDecoder } from './decoder.js';

const wellsOf = { smoke: 8, full: 512 } as const;

/** The same bytes under a schema that is not ours by one default field: read through avsc. */
const foreignSchema = (() => {
  const schema = JSON.parse(readSchema('edge.telemetry.v1')) as { fields: unknown[] };
  const empty = { type: 'record', name: 'Nothing', fields: [] };
  return JSON.stringify({ ...schema, fields: [...schema.fields, { name: 'extra', type: empty }] });
})();

export const bench: Bench = {
  name: 'decode',
  about: 'Avro frames in memory to columns, by the hand-written decoder and through avsc.',
  run(size) {
    const cases: BenchCase[] = [];
    for (const shape of frameShapes) {
      const prepared = prepareFrames(shape, { wells: wellsOf[size], rounds: roundsOf(shape, size) });
      cases.push(caseOf(shape.name, prepared, readSchema('edge.telemetry.v1'), size));
    }
    const [shape] = frameShapes;
    const few = prepareFrames(shape!, { wells: wellsOf[size], rounds: 2 });
    cases.push(caseOf(`${shape!.name} avsc`, few, foreignSchema, size));
    return { inputs: { wells: wellsOf[size], stepMs: 1000, values: 'k/8' }, cases };
  },
};

function caseOf(name: string, prepared: PreparedFrames, schema: string, size: BenchSize): BenchCase {
  const decoder = createDecoder({ schemas: { schemaText: () => schema } });
  const { reading } = decoder;
  const sums = [0, 0, 0];
  const units = prepared.samples;
  const { rate } = measure(
    () => {
      for (const frame of prepared.frames) {
        if (decoder.decode(frame) !== 'decoded') throw new Error('a prepared frame was rejected');
      }
    },
    { units, ...measureTimes[size] },
  );
  for (const frame of prepared.frames) {
    decoder.decode(frame);
    sums[0]! += reading.sampleCount;
    for (let i = 0; i < reading.sampleCount; i++) {
      sums[1]! += reading.values[i]!;
      sums[2]! += reading.dtMs[i]!;
    }
  }
  const nsPerFrame = (1e9 / rate) * (prepared.samples / prepared.frames.length);
  return {
    name,
    unit: 'samples',
    rate,
    ratioToFloor: rate / floorRate(prepared, size),
    hash: resultHash(sums),
    figures: { frames: prepared.frames.length, nsPerFrame },
  };
}
