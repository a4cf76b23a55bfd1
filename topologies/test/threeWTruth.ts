/** Minute sums of a 3W recording, made from the CSV text alone: shares no code with what it judges. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface TruthWindow {
  samples: number;
  sum: number;
  sumSquares: number;
  min: number;
  max: number;
  first: number;
  last: number;
}

/** By 3W column, then minute (Unix ms of its start). */
export type TruthWindows = Map<string, Map<number, TruthWindow>>;

/** Pressures are stored in kPa, rates a day. */
function toStored(column: string, value: number): number {
  if (column.startsWith('P-')) return Math.fround(value * 1e-3);
  return Math.fround(column === 'QGL' ? value * 86_400 : value);
}

/** `lastAtMs`: when the last row is to have happened; all others move along. */
export function truthOf(file: string, lastAtMs: number): TruthWindows {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const columns = (lines[0] ?? '').trim().split(',');
  const rows = lines.slice(1).map((line) => line.trim().split(','));
  const timeOf = (row: readonly string[]): number => Date.parse(`${(row[0] ?? '').replace(' ', 'T')}Z`);
  const shiftMs = lastAtMs - timeOf(rows.at(-1) ?? []);
  const truth: TruthWindows = new Map();
  for (const row of rows) {
    const atMs = timeOf(row) + shiftMs;
    const minute = Math.floor(atMs / 60_000) * 60_000;
    columns.forEach((column, c) => {
      const cell = row[c] ?? '';
      if (column === 'timestamp' || column === 'class' || cell === '') return;
      const value = toStored(column, Number(cell));
      const minutes = truth.get(column) ?? new Map<number, TruthWindow>();
      truth.set(column, minutes);
      const window = minutes.get(minute);
      if (window === undefined) {
        minutes.set(minute, {
          samples: 1,
          sum: value,
          sumSquares: value * value,
          min: value,
          max: value,
          first: value,
          last: value,
        });
        return;
      }
      window.samples++;
      window.sum += value;
      window.sumSquares += value * value;
      window.min = Math.min(window.min, value);
      window.max = Math.max(window.max, value);
      window.last = value;
    });
  }
  return truth;
}
