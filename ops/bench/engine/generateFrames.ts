/** Fills a topic as the reference's generator does, where that one is missing. */
import { CompressionTypes, type Message, Kafka, logLevel } from 'kafkajs';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import type { EdgeSeries } from '#schemas/records/edgeFrame.js';
import { registerCodecs } from '#pipelines/log/kafka/codecs.js';
import { partitionOf } from '#pipelines/log/partitioner.js';
import { siteKey } from '#schemas/topics.js';
import {
  type FleetShape,
  firstMs,
  partitions,
  siteOf,
  stepMs,
  tagName,
  tenantOf,
  wellName,
} from './fleet.js';

const schemaId = 1;
const batchBytes = 256 * 1024;

/** Same values, other dirt: its random numbers are not Java's. */
export async function generateFrames(
  brokers: readonly string[],
  topic: string,
  shape: FleetShape,
): Promise<void> {
  registerCodecs();
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }] });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  const compression = shape.dirty ? CompressionTypes.LZ4 : CompressionTypes.None;
  const batches = Array.from({ length: partitions }, (): { messages: Message[]; bytes: number } => ({
    messages: [],
    bytes: 0,
  }));
  const random = lehmer(7);
  const held: [string, Buffer][] = [];

  async function send(partition: number): Promise<void> {
    const batch = batches[partition]!;
    if (batch.messages.length === 0) return;
    const { messages } = batch;
    batches[partition] = { messages: [], bytes: 0 };
    await producer.send({ topic, messages, compression, acks: -1 });
  }

  async function put(key: string, value: Buffer): Promise<void> {
    const partition = partitionOf(key, partitions);
    const batch = batches[partition]!;
    batch.messages.push({ key, value, partition });
    batch.bytes += value.length;
    if (batch.bytes >= batchBytes) await send(partition);
  }

  try {
    for (let seq = 0; seq < shape.rounds; seq++) {
      // Clean wells send the same.
      let series: EdgeSeries[] | null = null;
      for (let well = 0; well < shape.wells; well++) {
        const key = siteKey(tenantOf(shape, well), siteOf(well));
        if (series === null || shape.dirty) series = seriesOf(shape, seq, shape.dirty ? random : null);
        const value = frameOf(shape, well, seq, series);
        const fate = shape.dirty ? random() : 1;
        if (fate < 0.01) held.push([key, value]);
        else await put(key, value);
        if (fate >= 0.01 && fate < 0.02) await put(key, value);
        if (held.length > shape.wells / 4) await put(...held.shift()!);
      }
    }
    for (const each of held) await put(...each);
    for (let partition = 0; partition < partitions; partition++) await send(partition);
  } finally {
    await producer.disconnect();
  }
}

export function frameOf(shape: FleetShape, well: number, seq: number, series: readonly EdgeSeries[]): Buffer {
  const names = { tenant: tenantOf(shape, well), site: siteOf(well), well: wellName(well), stream: 'fast' };
  const t0 = firstMs + seq * shape.samples * stepMs;
  return encodeFrame({ ...names, epoch: 1, seq, t0, historical: false, series }, schemaId);
}

export function seriesOf(shape: FleetShape, seq: number, random: (() => number) | null): EdgeSeries[] {
  const { samples } = shape;
  // In the middle of what all known tags can be, and as calm as a well in order.
  const [level, swing] = shape.known ? [100, 0.5] : [0, 100];
  const below = (limit: number): number => (random === null ? 0 : Math.floor(random() * limit));
  return Array.from({ length: shape.tags }, (_, tag) => ({
    tag: tagName(tag, shape),
    dtMs: Int32Array.from({ length: samples }, (__, i) => i * stepMs + below(stepMs)),
    value: Float32Array.from({ length: samples }, (__, i) => {
      return level + Math.fround(Math.sin((seq * samples + i) * 0.01 + tag)) * swing;
    }),
    quality: Uint8Array.from({ length: samples }, () => (random !== null && below(20) === 0 ? 2 : 0)),
  }));
}

/** Lehmer's generator: uniform in (0, 1), the same for the same seed. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
