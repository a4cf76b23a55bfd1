/** Labels of a series: what a cell of a label column says, and those that stand in a file of their own. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BalancinError } from '#schemas/errors.js';
import { cellsOf, delimiterOf } from './delimited.js';
import type { Series } from './readSeriesFile.js';
import { seriesTimeMs } from './seriesTime.js';

const normal = new Set(['0', 'false', 'normal', 'no', 'none', 'n', 'f']);
const anomalous = new Set(['true', 'anomaly', 'anomalous', 'abnormal', 'attack', 'yes', 'y', 't']);

const bytesMax = 256 * 2 ** 20;

/** 1 an anomaly (any number but 0), 0 none, -1 where blank; null for what is no label. */
export function labelOf(cell: string): 1 | 0 | -1 | null {
  const text = cell.trim().toLowerCase();
  if (text === '' || text === 'nan') return -1;
  if (normal.has(text)) return 0;
  if (anomalous.has(text)) return 1;
  const value = Number(text);
  return Number.isNaN(value) ? null : value === 0 ? 0 : 1;
}

interface LabelRow {
  /** Null: of every file. */
  readonly file: string | null;
  readonly startMs: number;
  readonly endMs: number;
  readonly label: 1 | 0 | -1;
}

/** Rows `start,end[,label]` (ends inclusive) or `timestamp,label`; a column `file` names the file each is of. */
export interface LabelFile {
  readonly kind: 'intervals' | 'points';
  readonly rows: readonly LabelRow[];
}

/** DATA_INVALID, naming the line, for anything else. */
export function readLabelFile(file: string): LabelFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new BalancinError('NOT_FOUND', `there is no label file ${file}`, { cause });
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: bytesMax });
    } catch (cause) {
      throw new BalancinError('DATA_INVALID', `${file} does not unpack as gzip`, { cause });
    }
  }
  return parseLabelFile(file, bytes.toString('utf8'));
}

export function parseLabelFile(file: string, text: string): LabelFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const delimiter = delimiterOf(lines[0] ?? '');
  const names = cellsOf(lines[0] ?? '', delimiter).map((name) => name.toLowerCase());
  const at = (name: string) => names.indexOf(name);
  const intervals = at('start') >= 0 && at('end') >= 0;
  if (!intervals && (at('timestamp') < 0 || at('label') < 0))
    throw new BalancinError(
      'DATA_INVALID',
      `${file}, line 1: the columns start,end,label or timestamp,label are needed`,
    );
  const rows = lines.slice(1).flatMap((line, i): LabelRow[] => {
    if (line.trim() === '') return [];
    const cells = cellsOf(line, delimiter);
    const cell = (name: string) => (at(name) < 0 ? undefined : (cells[at(name)] ?? ''));
    const startMs = seriesTimeMs(cell(intervals ? 'start' : 'timestamp') ?? '');
    const endMs = intervals ? seriesTimeMs(cell('end') ?? '') : startMs;
    // Intervals often carry their kind, `leak`: what is no word for normal is an anomaly.
    const label = cell('label') === undefined ? 1 : (labelOf(cell('label') ?? '') ?? 1);
    if (Number.isNaN(startMs) || Number.isNaN(endMs) || endMs < startMs)
      throw new BalancinError('DATA_INVALID', `${file}, line ${i + 2}: '${line}' is no label of a time`);
    return [{ file: cell('file') ?? null, startMs, endMs, label }];
  });
  return { kind: intervals ? 'intervals' : 'points', rows };
}

/** A label a row of the series: outside all intervals normal; without its own point unlabelled. */
export function labelSeries(series: Series, { kind, rows }: LabelFile): Int8Array {
  const mine = rows.filter(
    ({ file }) => file === null || file === series.name || file === path.basename(series.name),
  );
  if (kind === 'points') {
    const byTime = new Map(mine.map((row) => [row.startMs, row.label]));
    return Int8Array.from(series.timesMs, (timeMs) => byTime.get(timeMs) ?? -1);
  }
  return Int8Array.from(series.timesMs, (timeMs) => {
    let label = 0;
    for (const row of mine)
      if (timeMs >= row.startMs && timeMs <= row.endMs && label !== 1) label = row.label;
    return label;
  });
}
