/** The files of a folder in NAB's layout with their labelled windows: `data/<family>/*.csv`, `labels/combined_windows.json`. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { type NabSeries, nabTimeMs, readNabSeries } from './nabSeries.js';
import type { NabWindow } from './nabScore.js';

export interface NabFile {
  /** `<family>/<file>.csv`: the name that labels, results and the split know. */
  readonly name: string;
  readonly series: NabSeries;
  readonly windows: readonly NabWindow[];
  readonly half: NabHalf;
}

/** Development looks at even files alone; odd ones judge. */
export type NabHalf = 'even' | 'odd';

/** By the parity of sha1(name) read as a number: nobody chose which file falls where. */
export function halfOf(name: string): NabHalf {
  const digest = createHash('sha1').update(name).digest();
  return ((digest.at(-1) as number) & 1) === 0 ? 'even' : 'odd';
}

/** Sorted by name. NOT_FOUND where a part of the layout is missing, DATA_INVALID where it cannot be read. */
export function readNabCorpus(dir: string, wanted: 'whole' | NabHalf = 'whole'): NabFile[] {
  const dataDir = path.join(dir, 'data');
  const labelsFile = path.join(dir, 'labels', 'combined_windows.json');
  if (!existsSync(dataDir) || !existsSync(labelsFile))
    throw new BalancinError(
      'NOT_FOUND',
      `${dir} holds no data/ with labels/combined_windows.json: not NAB's layout`,
    );
  const labels = readLabels(labelsFile);
  const names = readdirSync(dataDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: family }) =>
      readdirSync(path.join(dataDir, family))
        .filter((file) => file.endsWith('.csv'))
        .map((file) => `${family}/${file}`),
    )
    .filter((name) => wanted === 'whole' || halfOf(name) === wanted)
    .sort();
  if (names.length === 0) throw new BalancinError('NOT_FOUND', `${dataDir} holds no <family>/*.csv to judge`);
  return names.map((name) => {
    const series = readNabSeries(path.join(dataDir, name), 'value');
    const windows = (labels[name] ?? []).map((limits) => windowOf(name, limits, series.timesMs));
    return { name, series, windows, half: halfOf(name) };
  });
}

/** Both ends inclusive; of rows with one timestamp the first counts. */
function windowOf(name: string, limits: unknown, timesMs: Float64Array): NabWindow {
  const [start, end] = Array.isArray(limits) ? limits.map((limit) => nabTimeMs(String(limit))) : [];
  const left = start === undefined ? -1 : timesMs.indexOf(start);
  const right = end === undefined ? -1 : timesMs.indexOf(end);
  if (left < 0 || right < left)
    throw new BalancinError(
      'DATA_INVALID',
      `the window ${JSON.stringify(limits)} of ${name} is not in its rows`,
    );
  return { left, right };
}

function readLabels(file: string): Record<string, unknown[]> {
  try {
    const labels: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (labels !== null && typeof labels === 'object') return labels as Record<string, unknown[]>;
  } catch (cause) {
    throw new BalancinError('DATA_INVALID', `${file} is not JSON`, { cause });
  }
  throw new BalancinError('DATA_INVALID', `${file} holds no windows by file`);
}
