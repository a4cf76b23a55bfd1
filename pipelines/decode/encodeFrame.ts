/** Writes a telemetry frame as Avro bytes of our own schema, with or without the wire format's header. */
import type { EdgeFrame, EdgeSeries } from '#schemas/records/edgeFrame.js';
import { wireHeaderBytes } from '#pipelines/registry/wireFormat.js';

const longBytesMax = 10;
const intBytesMax = 5;

let scratch = Buffer.allocUnsafe(65_536);
let view = new DataView(scratch.buffer, scratch.byteOffset, scratch.length);

/**
 * The bytes of `frame` in memory of their own. With `schemaId`, in Confluent's wire format: byte 0, the id as int32
 * big-endian, the value. Numbers beyond 2^53 are not checked here: `admit` of the reader does.
 */
export function encodeFrame(frame: EdgeFrame, schemaId?: number): Buffer {
  let p = 0;
  reserve(frame);
  if (schemaId !== undefined) {
    scratch[0] = 0;
    view.setInt32(1, schemaId, false);
    p = wireHeaderBytes;
  }
  p = putString(p, frame.tenant);
  p = putString(p, frame.site);
  p = putString(p, frame.well);
  p = putString(p, frame.stream);
  p = putLong(p, frame.epoch);
  p = putLong(p, frame.seq);
  p = putLong(p, frame.t0);
  scratch[p++] = frame.historical ? 1 : 0;
  if (frame.series.length > 0) p = putLong(p, frame.series.length);
  for (const series of frame.series) p = putSeries(p, series);
  scratch[p++] = 0;
  return Buffer.from(scratch.subarray(0, p));
}

/** Room for the longest that the frame can become. */
function reserve(frame: EdgeFrame): void {
  const names = frame.tenant.length + frame.site.length + frame.well.length + frame.stream.length;
  let bytes = wireHeaderBytes + 10 * longBytesMax + names * 3;
  for (const s of frame.series) {
    const samples = s.dtMs.length * intBytesMax + s.value.length * 4 + s.quality.length;
    bytes += s.tag.length * 3 + samples + 8 * longBytesMax;
  }
  if (bytes <= scratch.length) return;
  scratch = Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(bytes)));
  view = new DataView(scratch.buffer, scratch.byteOffset, scratch.length);
}

function putSeries(at: number, series: EdgeSeries): number {
  const { dtMs, value, quality } = series;
  let p = putString(at, series.tag);
  if (dtMs.length > 0) p = putLong(p, dtMs.length);
  for (let i = 0; i < dtMs.length; i++) {
    const dt = dtMs[i]!;
    let z = ((dt << 1) ^ (dt >> 31)) >>> 0;
    for (; z > 0x7f; z >>>= 7) scratch[p++] = (z & 0x7f) | 0x80;
    scratch[p++] = z;
  }
  scratch[p++] = 0;
  if (value.length > 0) p = putLong(p, value.length);
  for (let i = 0; i < value.length; i++, p += 4) view.setFloat32(p, value[i]!, true);
  scratch[p++] = 0;
  p = putLong(p, quality.length);
  scratch.set(quality, p);
  return p + quality.length;
}

function putString(at: number, text: string): number {
  const bytes = Buffer.byteLength(text);
  const p = putLong(at, bytes);
  return p + scratch.write(text, p, 'utf8');
}

/** Zigzag: even for 0 and above, odd below. Doubles are exact to 2^53, so the doubling is done on the low bits alone. */
function putLong(at: number, value: number): number {
  let p = at;
  const negative = value < 0;
  let rest = negative ? -(value + 1) : value;
  let byte = ((rest % 64) * 2) | (negative ? 1 : 0);
  rest = Math.floor(rest / 64);
  while (rest > 0) {
    scratch[p++] = byte | 0x80;
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  scratch[p++] = byte;
  return p;
}
