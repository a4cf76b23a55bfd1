/** Sends frames of the fleet at a steady rate, event time running as fast as it takes; counts what it sent. */
import { CompressionTypes, Kafka, logLevel, type Message } from 'kafkajs';
import type { EdgeSeries } from '#schemas/records/edgeFrame.js';
import { siteKey } from '#schemas/topics.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { registerCodecs } from '#pipelines/log/kafka/codecs.js';
import { partitionOf } from '#pipelines/log/partitioner.js';
import {
  type FleetShape,
  partitions,
  samplesPerFrame,
  siteOf,
  tagName,
  tenantOf,
  wellName,
} from '../engine/fleet.js';

const schemaId = 1;
/** How often what is due is sent. */
const beatMs = 50;
/** Over all partitions, so that a batch stays below the broker's limit of 1 MiB also when the sender is late. */
const requestBytesMax = 4 * 1024 * 1024;
/** Sums of values k/8 are exact in any order. */
const valueStep = 0.125;

export interface PacedOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly shape: FleetShape;
  readonly firstMs: number;
  /** Between samples of one tag. */
  readonly stepMs: number;
  readonly samplesPerSecond: number;
}

export interface PacedFrames {
  readonly frames: number;
  /** What ended the sending; null while it goes on. */
  readonly failure: unknown;
  /** Of all values sent. */
  readonly sum: number;
  stop(): Promise<void>;
}

/** Frames are sent with acks from all, at most one batch a partition in flight: a slow broker slows the sender. */
export async function sendPaced(options: PacedOptions): Promise<PacedFrames> {
  const { shape, topic, stepMs } = options;
  registerCodecs();
  const kafka = new Kafka({ brokers: [...options.brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  const dtMs = Int32Array.from({ length: shape.samples }, (_, i) => i * stepMs);
  const quality = new Uint8Array(shape.samples);
  // The same values in every frame of a well: making them is not what is measured.
  const seriesOf = Array.from({ length: shape.wells }, (_, well) =>
    Array.from({ length: shape.tags }, (__, tag) => ({
      tag: tagName(tag),
      dtMs,
      value: Float32Array.from({ length: shape.samples }, (___, i) => {
        return 100 + valueStep * ((well * 31 + tag * 17 + i * 7) % 240);
      }),
      quality,
    })),
  );
  const sumOf = seriesOf.map((series) =>
    series.reduce((sum, { value }) => sum + value.reduce((a, b) => a + b, 0), 0),
  );
  const frameOf = (well: number, seq: number, series: readonly EdgeSeries[]): Buffer => {
    const names = { tenant: tenantOf(shape, well), site: siteOf(well), well: wellName(well), stream: 'fast' };
    const t0 = options.firstMs + seq * shape.samples * stepMs;
    return encodeFrame({ ...names, epoch: 1, seq, t0, historical: false, series }, schemaId);
  };
  /** What a frame says before its series: all but the 0 that ends none of them. */
  const headOf = (well: number, seq: number): Buffer => frameOf(well, seq, []).subarray(0, -1);
  const seriesBytes = seriesOf.map((series, well) =>
    frameOf(well, 0, series).subarray(headOf(well, 0).length),
  );
  let frames = 0;
  let sum = 0;
  const stopping = new AbortController();

  const framesPerMs = options.samplesPerSecond / samplesPerFrame(shape) / 1000;
  const run = async (): Promise<void> => {
    const startMs = performance.now();
    while (!stopping.signal.aborted) {
      const due = Math.floor((performance.now() - startMs) * framesPerMs);
      const messages: Message[] = [];
      let bytes = 0;
      for (; frames < due && bytes < requestBytesMax; frames++) {
        const well = frames % shape.wells;
        const seq = Math.floor(frames / shape.wells);
        const key = siteKey(tenantOf(shape, well), siteOf(well));
        const value = Buffer.concat([headOf(well, seq), seriesBytes[well]!]);
        bytes += value.length;
        messages.push({ key, value, partition: partitionOf(key, partitions) });
        sum += sumOf[well] ?? 0;
      }
      if (messages.length > 0)
        await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.LZ4 });
      if (frames >= due) await new Promise((resolve) => setTimeout(resolve, beatMs));
    }
  };
  let failure: unknown = null;
  const running = run().catch((error: unknown) => {
    failure = error;
  });
  return {
    get frames() {
      return frames;
    },
    get failure() {
      return failure;
    },
    get sum() {
      return sum;
    },
    async stop() {
      stopping.abort();
      await running;
      await producer.disconnect();
    },
  };
}
