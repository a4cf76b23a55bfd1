/** What must be stored in the end: read by a plain consumer and avsc's generic decode, sharing no code with the engine. */
import avsc from 'avsc';
import { BalancinError } from '#schemas/errors.js';
import { type FleetShape, numberIn, samplesPerFrame } from './fleet.js';
import { readTopic } from './readTopic.js';
import { WindowTable } from './windowTable.js';

const headerBytes = 5;
const badFrom = 2;

/** As the generator's source has it. */
const schema = avsc.Type.forSchema({
  type: 'record',
  name: 'Frame',
  fields: [
    { name: 'tenant', type: 'string' },
    { name: 'site', type: 'string' },
    { name: 'well', type: 'string' },
    { name: 'stream', type: 'string' },
    { name: 'epoch', type: 'long' },
    { name: 'seq', type: 'long' },
    { name: 't0', type: 'long' },
    { name: 'historical', type: 'boolean' },
    {
      name: 'series',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Series',
          fields: [
            { name: 'tag', type: 'string' },
            { name: 'dtMs', type: { type: 'array', items: 'int' } },
            { name: 'value', type: { type: 'array', items: 'float' } },
            { name: 'quality', type: 'bytes' },
          ],
        },
      },
    },
  ],
});

interface Frame {
  readonly well: string;
  readonly seq: number;
  readonly t0: number;
  readonly series: readonly {
    readonly tag: string;
    readonly dtMs: readonly number[];
    readonly value: readonly number[];
    readonly quality: Uint8Array;
  }[];
}

export interface Truth {
  /** In the topic, duplicates included. */
  readonly frames: number;
  readonly framesTwice: number;
  readonly windows: WindowTable;
}

export async function readTruth(
  brokers: readonly string[],
  topic: string,
  shape: FleetShape,
): Promise<Truth> {
  const windows = new WindowTable(shape);
  const seen = new Uint8Array(shape.wells * shape.rounds);
  let frames = 0;
  let framesTwice = 0;

  function add(value: Buffer | null): void {
    if (value === null) throw new BalancinError('DATA_INVALID', 'a record of the bench has no value');
    const frame = schema.fromBuffer(value.subarray(headerBytes)) as Frame;
    frames++;
    const well = numberIn(frame.well);
    const identity = well * shape.rounds + frame.seq;
    if (seen[identity] === 1) {
      framesTwice++;
      return;
    }
    seen[identity] = 1;
    for (const { tag, dtMs, value: values, quality } of frame.series) {
      const tagNumber = numberIn(tag);
      for (let i = 0; i < values.length; i++) {
        const at = windows.placeOf(well, tagNumber, frame.t0 + dtMs[i]!);
        windows.samples[at]!++;
        if (quality[i]! >= badFrom) continue;
        const sample = values[i]!;
        windows.good[at]!++;
        windows.sum[at]! += sample;
        windows.sumSquares[at]! += sample * sample;
        if (sample < windows.min[at]!) windows.min[at] = sample;
        if (sample > windows.max[at]!) windows.max[at] = sample;
      }
    }
  }

  await readTopic({ brokers, topic, onMessages: (messages) => messages.forEach(({ value }) => add(value)) });
  const produced = (frames - framesTwice) * samplesPerFrame(shape);
  if (frames - framesTwice !== seen.length || windows.totals().samples !== produced) {
    throw new BalancinError(
      'DATA_INVALID',
      `the topic holds ${frames} frames, of ${seen.length} that were to be made`,
    );
  }
  return { frames, framesTwice, windows };
}
