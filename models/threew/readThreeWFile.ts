/** Reads one instance of the 3W dataset (CSV, gzipped or not) into columns: canonical tags, SI units, float32. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BalancinError } from '#schemas/errors.js';
import { threeWColumns } from '#schemas/signals/threeW.js';

export interface ThreeWColumnValues {
  readonly tag: string;
  /** One a row, NaN where the file is blank. */
  readonly values: Float32Array;
}

export interface ThreeWInstance {
  readonly file: string;
  /** File name up to the first `_`: `WELL-00001`, `SIMULATED`. */
  readonly well: string;
  readonly rows: number;
  /** Unix ms, as written (3W gives no zone: taken as UTC). */
  readonly timesMs: Float64Array;
  /** In the order of the file; columns that are not 3W tags are left out, as are tags without one value. */
  readonly columns: readonly ThreeWColumnValues[];
  /** Label a row: 0 normal, c an event, 100 + c its transient, -1 unlabelled. */
  readonly classes: Int16Array;
}

/** An instance of a day at 1 Hz with all 27 variables is 30 MB of text. */
const bytesMax = 256 * 2 ** 20;
const unzip = promisify(gunzip);

/** Fails with DATA_INVALID, naming file and line, where a row cannot be read. */
export async function readThreeWFile(file: string): Promise<ThreeWInstance> {
  let bytes = await readFile(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = await unzip(bytes, { maxOutputLength: bytesMax });
    } catch (cause) {
      throw new BalancinError('DATA_INVALID', `${file} does not unpack as gzip`, { cause });
    }
  }
  return parseThreeW(file, bytes.toString('latin1'));
}

/** The pure part of reading: `text` is the whole CSV. Columns go by name, in any order. */
export function parseThreeW(file: string, text: string): ThreeWInstance {
  const invalid = (line: number, what: string) =>
    new BalancinError('DATA_INVALID', `${file}, line ${line}: ${what}`);
  // A byte order mark, as latin1 shows it.
  const headerStart = text.startsWith('\u00EF\u00BB\u00BF') ? 3 : text.startsWith('\uFEFF') ? 1 : 0;
  const headerEnd = lineEnd(text, headerStart);
  const names = text
    .slice(headerStart, headerEnd)
    .trim()
    .split(',')
    .map((n) => n.trim().replaceAll('"', ''));
  const timeColumn = names.indexOf('timestamp');
  const classColumn = names.indexOf('class');
  if (timeColumn < 0) throw invalid(1, 'there is no column `timestamp`');

  const capacity = countLines(text, headerEnd + 1);
  const timesMs = new Float64Array(capacity);
  const classes = new Int16Array(capacity).fill(-1);
  const targets = names.map((name) => {
    const known = threeWColumns[name];
    return known ? { ...known, values: new Float32Array(capacity).fill(Number.NaN), seen: 0 } : null;
  });

  let rows = 0;
  for (let at = headerEnd + 1, line = 2; at < text.length; line++) {
    const end = lineEnd(text, at);
    const contentEnd = text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    let start = at;
    at = end + 1;
    if (contentEnd === start) continue;
    for (let c = 0; c < names.length; c++) {
      if (start > contentEnd) throw invalid(line, `${names.length} columns are named, ${c} are there`);
      let stop = text.indexOf(',', start);
      if (stop < 0 || stop > contentEnd) stop = contentEnd;
      if (c === timeColumn) {
        const ms = parseTimeMs(text.slice(start, stop));
        if (Number.isNaN(ms)) throw invalid(line, `'${text.slice(start, stop)}' is not a time`);
        timesMs[rows] = ms;
      } else if (stop > start) {
        const target = targets[c];
        if (c === classColumn || target) {
          const value = Number(text.slice(start, stop));
          if (c === classColumn) {
            // Blank, as pandas may write it.
            if (/^\s*"?nan"?\s*$|^\s*$/i.test(text.slice(start, stop))) classes[rows] = -1;
            else if (!Number.isInteger(value) || value < 0 || value > 109)
              throw invalid(line, `'${text.slice(start, stop)}' is not a class`);
            else classes[rows] = value;
          } else if (target && Number.isFinite(value)) {
            target.values[rows] = value * target.factor;
            target.seen++;
          }
        }
      }
      start = stop + 1;
    }
    rows++;
  }
  const columns = targets
    .filter((target) => target !== null && target.seen > 0)
    .map((target) => ({
      tag: (target as { tag: string }).tag,
      values: (target as { values: Float32Array }).values.subarray(0, rows),
    }));
  return {
    file,
    well: wellOf(file),
    rows,
    timesMs: timesMs.subarray(0, rows),
    columns,
    classes: classes.subarray(0, rows),
  };
}

/** `WELL-00001` of `…/WELL-00001_20170201170311.csv.gz`. */
export function wellOf(file: string): string {
  return (
    path
      .basename(file)
      .replace(/\.csv(?:\.gz)?$/i, '')
      .split('_')[0] ?? ''
  );
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function countLines(text: string, from: number): number {
  let lines = 1;
  for (let at = text.indexOf('\n', from); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** `2017-02-01 17:03:11.000000`, or with a T, and with a Z or an offset. Digits in place; anything else is NaN. */
function parseTimeMs(text: string): number {
  const match = /^"?(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d):?(\d\d))?"?$/.exec(
    text,
  );
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction, sign, hours, minutes] = match;
  const ms = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const offsetMs = sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0;
  return ms - offsetMs + (fraction ? Math.floor(Number(fraction) * 1000) : 0);
}
