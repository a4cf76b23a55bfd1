/** The truth of a log: every record decoded by avsc, told apart by plain maps, summed sample by sample. */
import avro, { type Type } from 'avsc';
import {
  emptyMinute,
  type ExpectedLetter,
  type LoggedRecord,
  type Minute,
  minuteName,
  recordName,
  type Truth,
} from './truth.js';

export interface JudgeOptions {
  /** Schemas by their ids: those that a frame may be written with. */
  readonly schemas: ReadonlyMap<number, string>;
  readonly wells: readonly { readonly tenant: string; readonly site: string; readonly well: string }[];
}

interface Frame {
  tenant: string;
  site: string;
  well: string;
  stream: string;
  epoch: number;
  seq: number;
  t0: number;
  historical: boolean;
  series: { tag: string; dtMs: number[]; value: number[]; quality: Uint8Array }[];
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const bad = 2;
const notANumber = 3;
const clockFault = 8;
const codeMax = 30;

/**
 * Sums are exact, and so the same in any order, for values k/8 with |k| < 2^15. Left out are the limits of memory (4 epochs
 * a stream, 64 gaps, 32 streams) and of plans: the traffic must stay within them.
 */
export function judgeRecords(records: readonly LoggedRecord[], options: JudgeOptions): Truth {
  const types = new Map([...options.schemas].map(([id, text]) => [id, parse(text)]));
  const tenants = new Set(options.wells.map(({ tenant }) => tenant));
  const wells = new Set(options.wells.map(({ tenant, site, well }) => JSON.stringify([tenant, site, well])));
  /** Numbers seen and the latest t0, by stream and epoch. */
  const seen = new Map<string, { numbers: Set<number>; latestMs: number }>();
  const minutes = new Map<string, Minute>();
  const deadLetters = new Map<string, ExpectedLetter>();
  const frames = { admitted: 0, duplicate: 0, rejected: 0 };
  let samples = 0;

  for (const record of records) {
    const verdict = judge(record);
    if (verdict === 'duplicate') frames.duplicate++;
    else if (typeof verdict === 'string') {
      frames.rejected++;
      deadLetters.set(recordName(record), { reason: verdict, key: record.key, value: record.value });
    } else {
      frames.admitted++;
      addFrame(verdict, record.timestampMs);
    }
  }
  return { minutes, deadLetters, frames, samples };

  /** The frame where it is admitted, else what becomes of it. */
  function judge({ key, value, timestampMs }: LoggedRecord): Frame | string {
    const frame = decode(value, types);
    if (typeof frame === 'string') return frame;
    if (key === null || Buffer.from(key).toString('utf8') !== `${frame.tenant}/${frame.site}`)
      return 'key-mismatch';
    if (frame.epoch < 0 || frame.seq < 0) return 'undecodable';
    if (!tenants.has(frame.tenant)) return 'unknown-tenant';
    if (!wells.has(JSON.stringify([frame.tenant, frame.site, frame.well]))) return 'unknown-well';
    const name = JSON.stringify([frame.tenant, frame.site, frame.well, frame.stream, frame.epoch]);
    const stream = seen.get(name) ?? { numbers: new Set(), latestMs: -1 };
    if (stream.numbers.has(frame.seq)) return frame.t0 > stream.latestMs ? 'reused-sequence' : 'duplicate';
    const times = frame.series.flatMap(({ dtMs }) => dtMs.map((dt) => frame.t0 + dt));
    if (times.length === 0) return 'empty-frame';
    if (Math.min(...times) < Date.UTC(1980, 0, 1) || Math.max(...times) > timestampMs + 24 * hourMs)
      return 'time-impossible';
    stream.numbers.add(frame.seq);
    stream.latestMs = Math.max(stream.latestMs, frame.t0);
    seen.set(name, stream);
    return frame;
  }

  function addFrame({ tenant, site, well, t0, series }: Frame, arrivalMs: number): void {
    for (const { tag, dtMs, value, quality } of series)
      for (const [i, dt] of dtMs.entries()) {
        const atMs = t0 + dt;
        const startMs = Math.floor(atMs / minuteMs) * minuteMs;
        const name = minuteName(tenant, site, well, tag, startMs);
        const minute = minutes.get(name) ?? emptyMinute();
        minutes.set(name, minute);
        const ahead = atMs > arrivalMs + 5 * minuteMs;
        addSample(minute, atMs - startMs, value[i] ?? 0, ahead ? clockFault : codeOf(value[i], quality[i]));
        samples++;
      }
  }
}

function codeOf(value: number | undefined, given: number | undefined): number {
  const code = given ?? 0;
  if (code > codeMax) return bad;
  return code < bad && !Number.isFinite(value) ? notANumber : code;
}

function addSample(minute: Minute, ms: number, value: number, code: number): void {
  minute.samples++;
  minute.flags |= 1 << code;
  if (code >= bad) return;
  minute.good++;
  minute.sum += value;
  minute.sumSquares += value * value;
  minute.min = Math.min(minute.min ?? value, value);
  minute.max = Math.max(minute.max ?? value, value);
  if (minute.first === null || ms < minute.firstMs || (ms === minute.firstMs && value < minute.first)) {
    minute.first = value;
    minute.firstMs = ms;
  }
  if (minute.last === null || ms > minute.lastMs || (ms === minute.lastMs && value > minute.last)) {
    minute.last = value;
    minute.lastMs = ms;
  }
}

/** Byte 0, the schema's id as int32 big-endian, the value; a reason where it is not that. */
function decode(value: Uint8Array | null, types: ReadonlyMap<number, Type>): Frame | string {
  if (value === null || value.length < 5 || value[0] !== 0) return 'wire-format';
  const bytes = Buffer.from(value);
  const id = bytes.readInt32BE(1);
  if (id < 0) return 'wire-format';
  const type = types.get(id);
  if (type === undefined) return 'unknown-schema';
  let frame: Frame;
  try {
    frame = type.fromBuffer(bytes.subarray(5)) as Frame;
  } catch {
    return 'undecodable';
  }
  const uneven = frame.series.some(
    ({ dtMs, value: values, quality }) =>
      values.length !== dtMs.length || (quality.length > 0 && quality.length !== dtMs.length),
  );
  return uneven ? 'length-mismatch' : frame;
}

function parse(text: string): Type {
  return avro.Type.forSchema(JSON.parse(text) as avro.Schema);
}
