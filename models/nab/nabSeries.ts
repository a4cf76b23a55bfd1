/** One series of the Numenta Anomaly Benchmark's layout, read from CSV (gzipped or not): times, values or scores. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BalancinError } from '#schemas/errors.js';

export interface NabSeries {
  /** As written, for what is written back. */
  readonly timestamps: readonly string[];
  /** Unix ms, the text taken as UTC. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

/** The longest series of NAB has 22,695 rows; a year of one-second samples does not belong here. */
const bytesMax = 64 * 2 ** 20;

/** Columns go by name, in any order; `column` is `value` of a series or `anomaly_score` of a result. DATA_INVALID. */
export function readNabSeries(file: string, column: string): NabSeries {
  let bytes = readFileSync(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: bytesMax });
    } catch (cause) {
      throw new BalancinError('DATA_INVALID', `${file} does not unpack as gzip`, { cause });
    }
  }
  return parseNabSeries(file, bytes.toString('utf8'), column);
}

export function parseNabSeries(file: string, text: string, column: string): NabSeries {
  const invalid = (line: number, what: string) =>
    new BalancinError('DATA_INVALID', `${file}, line ${line}: ${what}`);
  const lines = text.split(/\r?\n/);
  const names = (lines[0] ?? '').split(',').map((name) => name.trim());
  const timeAt = names.indexOf('timestamp');
  const valueAt = names.indexOf(column);
  if (timeAt < 0 || valueAt < 0) throw invalid(1, `the columns 'timestamp' and '${column}' are needed`);
  const timestamps: string[] = [];
  const times: number[] = [];
  const values: number[] = [];
  for (let n = 1; n < lines.length; n++) {
    const line = lines[n] as string;
    if (line.trim() === '') continue;
    const cells = line.split(',');
    const stamp = (cells[timeAt] ?? '').trim();
    const timeMs = nabTimeMs(stamp);
    if (Number.isNaN(timeMs)) throw invalid(n + 1, `'${stamp}' is not a time`);
    const cell = (cells[valueAt] ?? '').trim();
    timestamps.push(stamp);
    times.push(timeMs);
    // A blank or unreadable value is a missing sample: the detector is told so, the row stays.
    values.push(cell === '' ? Number.NaN : Number(cell));
  }
  return { timestamps, timesMs: Float64Array.from(times), values: Float64Array.from(values) };
}

/** `2014-04-10 07:15:00` or with a fraction; NaN for anything else. */
export function nabTimeMs(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?Z?$/.exec(text);
  if (!match) return Number.NaN;
  return Date.parse(`${match[1]}T${match[2]}Z`) + (match[3] ? Math.round(Number(match[3]) * 1000) : 0);
}
