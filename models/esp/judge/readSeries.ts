/** Reads a well's CSV, gzipped or not, of any size: any step, any of the signals in any order. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BalancinError } from '#schemas/errors.js';
import type { Equipment } from '../equipment.js';
import { isSignalName, type SignalName } from '../signals.js';
import type { WellSeries } from '../wellSeries.js';
import { SeriesRows } from './seriesRows.js';

export interface ReadSeries {
  readonly series: WellSeries;
  /** Columns that are not ours, rows that could not be read: as sentences. */
  readonly warnings: readonly string[];
}

/** A line of every signal has a few hundred characters. */
const lineMax = 100_000;

/** `W-1` of `…/W-1.csv.gz`; null for what is no such file. */
export function wellOfFile(path: string): string | null {
  return /^(.+)\.csv(?:\.gz)?$/u.exec(basename(path))?.[1] ?? null;
}

/** Throws DATA_INVALID where the file has no `timestamp` column or does not unpack. */
export async function readSeries(path: string, well: string, equipment: Equipment): Promise<ReadSeries> {
  const source = createReadStream(path);
  const bytes: Readable = path.endsWith('.gz') ? unpacked(source, createGunzip()) : source;
  const parser = new SeriesParser(path);
  let rest = '';
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      const text = rest + chunk.toString('latin1');
      let from = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        parser.line(text, from, end);
        from = end + 1;
      }
      rest = text.slice(from);
      if (rest.length > lineMax) throw invalid(path, `a line has more than ${lineMax} characters`);
    }
  } catch (cause) {
    if (cause instanceof BalancinError) throw cause;
    throw new BalancinError('DATA_INVALID', `${path} cannot be read`, { cause });
  }
  if (rest.length > 0) parser.line(rest, 0, rest.length);
  return parser.finish(well, equipment);
}

/** An error on either side ends both. */
function unpacked(source: Readable, through: Transform): Readable {
  return pipeline(source, through, () => undefined);
}

/** The pure part: the whole text at once. */
export function parseSeries(text: string, well: string, equipment: Equipment): ReadSeries {
  const parser = new SeriesParser(well);
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    parser.line(text, from, end);
    from = end + 1;
  }
  return parser.finish(well, equipment);
}

class SeriesParser {
  readonly #file: string;
  readonly #unknown: string[] = [];
  /** Of each column of the file: its place among the signals, −1 to skip, −2 the time. */
  #targets: Int32Array | null = null;
  #rows: SeriesRows | null = null;
  #badRows = 0;
  #badValues = 0;

  constructor(file: string) {
    this.#file = file;
  }

  line(text: string, from: number, to: number): void {
    const end = to > from && text.charCodeAt(to - 1) === 13 ? to - 1 : to;
    if (end === from) return;
    if (this.#targets === null) this.#header(text.slice(from, end));
    else this.#row(text, from, end, this.#targets, this.#rows as SeriesRows);
  }

  #header(line: string): void {
    const names = line
      .replace(/^\uFEFF|^\u00EF\u00BB\u00BF/u, '')
      .split(',')
      .map((name) => name.trim().replaceAll('"', ''));
    if (!names.includes('timestamp')) throw invalid(this.#file, 'there is no column `timestamp`');
    const signals: SignalName[] = [];
    this.#targets = Int32Array.from(names, (name) => {
      if (name === 'timestamp') return timeColumn;
      if (!isSignalName(name) || signals.includes(name)) {
        this.#unknown.push(name);
        return -1;
      }
      return signals.push(name) - 1;
    });
    this.#rows = new SeriesRows(signals);
  }

  #row(text: string, from: number, end: number, targets: Int32Array, rows: SeriesRows): void {
    // The time first, wherever it stands: what cannot be placed in time is no reading.
    const timeMs = parseTimeMs(field(text, from, end, targets.indexOf(timeColumn)));
    if (Number.isNaN(timeMs)) {
      this.#badRows++;
      return;
    }
    rows.begin(timeMs);
    let start = from;
    for (let c = 0; c < targets.length && start <= end; c++) {
      let stop = text.indexOf(',', start);
      if (stop < 0 || stop > end) stop = end;
      const target = targets[c] as number;
      if (target >= 0 && stop > start) {
        const value = Number(text.slice(start, stop));
        if (Number.isNaN(value)) this.#badValues++;
        else rows.add(target, value);
      }
      start = stop + 1;
    }
  }

  finish(well: string, equipment: Equipment): ReadSeries {
    if (this.#rows === null) throw invalid(this.#file, 'it is empty');
    const { timesMs, columns } = this.#rows.finish();
    const warnings: string[] = [];
    if (this.#unknown.length > 0) warnings.push(`columns not known, ignored: ${this.#unknown.join(', ')}`);
    if (this.#badRows > 0) warnings.push(`${this.#badRows} rows without a time, left out`);
    if (this.#badValues > 0) warnings.push(`${this.#badValues} values that are no numbers, taken as missing`);
    return { series: { well, timesMs, columns, equipment }, warnings };
  }
}

const timeColumn = -2;

function field(text: string, from: number, end: number, column: number): string {
  let start = from;
  for (let c = 0; c < column; c++) {
    const comma = text.indexOf(',', start);
    if (comma < 0 || comma > end) return '';
    start = comma + 1;
  }
  const stop = text.indexOf(',', start);
  return text.slice(start, stop < 0 || stop > end ? end : stop);
}

/** ISO 8601; without a zone it is UTC. */
function parseTimeMs(text: string): number {
  const trimmed = text.trim().replaceAll('"', '');
  if (trimmed.length < 10) return Number.NaN;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/u.test(trimmed) || trimmed.length === 10;
  return Date.parse(zoned ? trimmed : `${trimmed.replace(' ', 'T')}Z`);
}

function invalid(file: string, what: string): BalancinError {
  return new BalancinError('DATA_INVALID', `${file}: ${what}`);
}
