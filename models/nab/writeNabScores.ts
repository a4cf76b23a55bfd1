/** Writes scores as NAB's own runner reads them: `balancin/<family>/balancin_<file>.csv`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { NabFile } from './nabCorpus.js';

/** Columns timestamp, value, anomaly_score, label (1 in a labelled window). */
export function writeNabScores(dir: string, { name, series, windows }: NabFile, scores: Float64Array): void {
  const [family = '', file = ''] = name.split('/');
  const folder = path.join(dir, 'balancin', family);
  mkdirSync(folder, { recursive: true });
  const rows = series.timestamps.map((timestamp, i) => {
    const label = windows.some(({ left, right }) => left <= i && i <= right) ? 1 : 0;
    const value = series.values[i] as number;
    return `${timestamp},${Number.isNaN(value) ? '' : value},${scores[i]},${label}`;
  });
  writeFileSync(
    path.join(folder, `balancin_${file}`),
    ['timestamp,value,anomaly_score,label', ...rows, ''].join('\n'),
  );
}
