/** Reads one delimited file of a multivariate series: times, the columns that are inputs, a label a row. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BalancinError } from '#schemas/errors.js';
import { cellsOf, delimiterOf } from './delimited.js';
import { labelOf } from './seriesLabels.js';
import { seriesTimeMs } from './seriesTime.js';

export interface SeriesColumns {
  readonly time: string;
  /** The inputs; without it every numeric column that is nothing else. */
  readonly values?: readonly string[];
  /** Never an input. */
  readonly label?: string;
  readonly ignore: readonly string[];
  /** One character, or `auto`: the one of `,;|` and tab that the head line has most of. */
  readonly delimiter: string;
}

export interface Series {
  /** As named below the folder given. */
  readonly name: string;
  readonly signals: readonly string[];
  readonly rows: number;
  /** As written, for what is written back. */
  readonly timestamps: readonly string[];
  readonly timesMs: Float64Array;
  /** Row after row, `signals.length` numbers each; NaN where the file is blank or unreadable. */
  readonly values: Float64Array;
  /** 1 an anomaly, 0 none, -1 unlabelled; all -1 without a label column. */
  readonly labels: Int8Array;
  /** Whether the label column asked for is there: a set may hold files without, known to be free of anomalies or unknown. */
  readonly labelled: boolean;
}

const bytesMax = 512 * 2 ** 20;
/** What labels are called in public sets: never taken for an input unless it is named as one. */
const labelNames =
  /^(is_?)?(anomal(y|ies|ous)|anomaly_?label|change_?point|label|class|target|ground_?truth)$/i;

/** NOT_FOUND, USAGE where a column is not there, DATA_INVALID naming file and line where a row cannot be read. */
export function readSeriesFile(file: string, name: string, columns: SeriesColumns): Series {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: bytesMax });
  } catch (cause) {
    throw new BalancinError('DATA_INVALID', `${file} cannot be read, or does not unpack as gzip`, { cause });
  }
  return parseSeries(name, bytes.toString('utf8'), columns);
}

/** Columns go by name, in any order; quotes around cells are taken off; a byte order mark is skipped. */
export function parseSeries(name: string, text: string, columns: SeriesColumns): Series {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const head = lines[0] ?? '';
  const delimiter = columns.delimiter === 'auto' ? delimiterOf(head) : columns.delimiter;
  const names = cellsOf(head, delimiter);
  const place = (column: string, what: string): number => {
    const at = names.indexOf(column);
    if (at < 0)
      throw new BalancinError(
        'USAGE',
        `${name} has no column '${column}' (${what}); it has ${names.map((n) => `'${n}'`).join(', ')}`,
      );
    return at;
  };
  const timeAt = place(columns.time, '--time');
  const labelAt = columns.label === undefined ? -1 : names.indexOf(columns.label);
  const body = lines
    .map((line, i) => ({ line, number: i + 1 }))
    .slice(1)
    .filter(({ line }) => line.trim() !== '');
  const cells = body.map(({ line }) => cellsOf(line, delimiter));
  const inputs =
    columns.values?.map((column) => place(column, '--values')) ??
    names.flatMap((column, at) =>
      at === timeAt ||
      at === labelAt ||
      columns.ignore.includes(column) ||
      labelNames.test(column) ||
      !isNumeric(cells, at)
        ? []
        : [at],
    );
  if (inputs.length === 0) throw new BalancinError('USAGE', `${name} has no numeric column to look at`);
  const rows = cells.length;
  const values = new Float64Array(rows * inputs.length);
  const timesMs = new Float64Array(rows);
  const labels = new Int8Array(rows).fill(-1);
  cells.forEach((row, i) => {
    const line = body[i]?.number;
    const stamp = row[timeAt] ?? '';
    const timeMs = seriesTimeMs(stamp);
    if (Number.isNaN(timeMs))
      throw new BalancinError('DATA_INVALID', `${name}, line ${line}: '${stamp}' is not a time`);
    timesMs[i] = timeMs;
    inputs.forEach((at, j) => {
      values[i * inputs.length + j] = numberOf(row[at] ?? '');
    });
    if (labelAt < 0) return;
    const label = labelOf(row[labelAt] ?? '');
    if (label === null)
      throw new BalancinError('DATA_INVALID', `${name}, line ${line}: '${row[labelAt]}' is not a label`);
    labels[i] = label;
  });
  return {
    name,
    signals: inputs.map((at) => names[at] as string),
    rows,
    timestamps: cells.map((row) => row[timeAt] as string),
    timesMs,
    values,
    labels,
    labelled: labelAt >= 0,
  };
}

/** NaN for what is missing or unreadable: it is a gap, and the row stays. */
function numberOf(cell: string): number {
  if (cell === '') return Number.NaN;
  const value = Number(cell);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Whether a column of the first rows holds numbers and nothing else. */
function isNumeric(rows: readonly (readonly string[])[], at: number): boolean {
  const seen = rows.slice(0, 200).flatMap((row) => (row[at] ? [row[at]] : []));
  const numbers = seen.filter((cell) => !/^nan$/i.test(cell));
  return numbers.length > 0 && numbers.every((cell) => Number.isFinite(Number(cell)));
}
