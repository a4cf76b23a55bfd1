/** Writes what was said of every row: CSV `file,timestamp,score,alert`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Series } from './readSeriesFile.js';
import type { ScoredRows } from './scoreSeries.js';

/** Times as the files write them; score 0 and alert 0 in the rows that taught. */
export function writeSeriesScores(
  out: string,
  scored: readonly { readonly series: Series; readonly rows: ScoredRows }[],
): void {
  mkdirSync(path.dirname(path.resolve(out)), { recursive: true });
  const lines = scored.flatMap(({ series, rows }) =>
    series.timestamps.map(
      (timestamp, i) =>
        `${quoted(series.name)},${quoted(timestamp)},${Number((rows.scores[i] as number).toPrecision(6))},${rows.alerts[i]}`,
    ),
  );
  writeFileSync(out, ['file,timestamp,score,alert', ...lines, ''].join('\n'));
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
