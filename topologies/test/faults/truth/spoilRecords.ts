/** What happens to frames on their way: sent twice, late, never, with bad samples, unreadable, under a false name. */
import type { SentFrame } from './encodeTraffic.js';
import type { Planned, TrafficOptions, TrafficRecord } from './traffic.js';

/** Beyond what any lateness allows. */
const veryLateMs = 8 * 60_000;

type Encode = (frame: SentFrame) => Buffer;

/** Legal and illegal mishaps, each of which the truth can tell whatever the order in which topics are read. */
export function spoilRecords(
  planned: readonly Planned[],
  options: TrafficOptions,
  encode: Encode,
): TrafficRecord[] {
  const { random, spoilt } = options;
  const records: TrafficRecord[] = [];
  for (const each of planned) {
    if (random.chance(spoilt)) records.push(...spoil(each, options, encode));
    else records.push(send(each, encode));
  }
  return records;
}

function send({ frame, topic, atMs }: Planned, encode: Encode): TrafficRecord {
  return { topic, key: keyOf(frame), value: encode(frame), atMs };
}

function keyOf({ tenant, site }: SentFrame): string {
  return `${tenant}/${site}`;
}

function spoil(planned: Planned, options: TrafficOptions, encode: Encode): TrafficRecord[] {
  const { random, frameMs } = options;
  const { frame, topic, atMs } = planned;
  const good = send(planned, encode);
  const as = (over: Partial<SentFrame>): TrafficRecord =>
    send({ ...planned, frame: { ...frame, ...over } }, encode);
  const bytes = (value: Uint8Array): TrafficRecord => ({ ...good, value });
  const behindMs = () => (1 + random.below(6)) * frameMs;

  const mishaps: readonly (() => TrafficRecord[])[] = [
    // A gap.
    () => [],
    () => [{ ...good, atMs: atMs + veryLateMs + behindMs() }],
    () => [good, { ...good, atMs: atMs + behindMs() }],
    () => [good, good, { ...good, atMs: atMs + behindMs() }],
    // Over another topic too: history alone, whose lane is the same there.
    () => [good, { ...good, topic: frame.historical ? 'edge.telemetry.v1' : topic, atMs: atMs + behindMs() }],
    () => [withQuality(good, frame, encode, () => 2 + random.below(9))],
    () => [withQuality(good, frame, encode, () => random.pick([0, 1, 31, 255]))],
    () => [withValues(good, frame, encode, () => random.pick([Number.NaN, Number.POSITIVE_INFINITY, 1]))],
    // Its number came before, and it begins later than all of its epoch will.
    () => [good, { ...as({ t0: frame.t0 + 20 * 3_600_000 }), atMs: atMs + behindMs() }],
    // Rejected, then replayed in order.
    () => [as({ series: [] }), { ...good, atMs: atMs + behindMs() }],
    () => [as({ t0: 5 }), { ...good, atMs: atMs + behindMs() }],
    () => [unevenly(good, frame, encode), { ...good, atMs: atMs + behindMs() }],
    () => [bytes(good.value.subarray(0, good.value.length - 1 - random.below(6)))],
    () => [bytes(Buffer.from([1, ...good.value.subarray(1)])), good],
    () => [bytes(Buffer.from('no telemetry at all')), good],
    () => [bytes(new Uint8Array(random.below(5))), good],
    () => [as({ well: 'no-such-well' }), good],
    () => [{ ...as({ tenant: 'no-such-tenant' }), key: `no-such-tenant/${frame.site}` }, good],
    () => [{ ...good, key: `${frame.tenant}/another` }, good],
    () => [as({ seq: -1 }), good],
    () => [aheadOfArrival(good, frame, encode, atMs)],
    () =>
      options.unknownSchemaId === undefined
        ? [good]
        : [bytes(underSchema(good.value, options.unknownSchemaId)), good],
  ];
  return random.pick(mishaps)();
}

function withQuality(
  record: TrafficRecord,
  frame: SentFrame,
  encode: Encode,
  code: () => number,
): TrafficRecord {
  const series = frame.series.map((s) => ({ ...s, quality: Buffer.from(s.dtMs.map(code)) }));
  return { ...record, value: encode({ ...frame, series }) };
}

function withValues(
  record: TrafficRecord,
  frame: SentFrame,
  encode: Encode,
  value: () => number,
): TrafficRecord {
  const series = frame.series.map((s) => ({ ...s, value: s.dtMs.map(value) }));
  return { ...record, value: encode({ ...frame, series }) };
}

function unevenly(record: TrafficRecord, frame: SentFrame, encode: Encode): TrafficRecord {
  const series = frame.series.map((s) => ({ ...s, value: [...s.value, 1] }));
  return { ...record, value: encode({ ...frame, series }) };
}

/** Its last sample is a clock fault; the ones before are good. */
function aheadOfArrival(
  record: TrafficRecord,
  frame: SentFrame,
  encode: Encode,
  atMs: number,
): TrafficRecord {
  const aheadMs = atMs - frame.t0 + 3_600_000;
  const series = frame.series.map((s) => ({ ...s, dtMs: [...s.dtMs, aheadMs], value: [...s.value, 1] }));
  return { ...record, value: encode({ ...frame, series }) };
}

function underSchema(value: Uint8Array, id: number): Uint8Array {
  const changed = Buffer.from(value);
  changed.writeInt32BE(id, 1);
  return changed;
}
