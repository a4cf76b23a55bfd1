/** Scores of other detectors in NAB's layout: `<detector>/<family>/<detector>_<file>.csv[.gz]`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import type { NabFile } from './nabCorpus.js';
import { readNabSeries } from './nabSeries.js';

/** Names of the detectors whose scores the folder holds. NOT_FOUND. */
export function nabDetectors(dir: string): string[] {
  if (!existsSync(dir)) throw new BalancinError('NOT_FOUND', `there is no folder ${dir} of results`);
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** A score a row of the file. NOT_FOUND, or DATA_INVALID where the rows are not those of the file. */
export function readNabResult(dir: string, detector: string, { name, series }: NabFile): Float64Array {
  const [family = '', file = ''] = name.split('/');
  const plain = path.join(dir, detector, family, `${detector}_${file}`);
  const found = [plain, `${plain}.gz`].find((candidate) => existsSync(candidate));
  if (found === undefined)
    throw new BalancinError('NOT_FOUND', `${detector} has no result for ${name} (${plain}[.gz])`);
  const { values } = readNabSeries(found, 'anomaly_score');
  if (values.length !== series.values.length)
    throw new BalancinError(
      'DATA_INVALID',
      `${found} has ${values.length} rows, ${name} has ${series.values.length}`,
    );
  return values;
}

/** Published thresholds, detector → NAB's profile name → threshold; empty where the corpus has no `config/thresholds.json`. */
export function readNabThresholds(
  dir: string,
): Readonly<Record<string, Readonly<Record<string, { threshold: number }>>>> {
  const file = path.join(dir, 'config', 'thresholds.json');
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof readNabThresholds>;
  } catch (cause) {
    throw new BalancinError('DATA_INVALID', `${file} is not JSON`, { cause });
  }
}
