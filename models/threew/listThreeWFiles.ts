/** Finds the instances under `DIR/<class>/*.csv[.gz]`. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { wellOf } from './readThreeWFile.js';

export interface ThreeWFile {
  readonly path: string;
  readonly well: string;
  /** The folder it stands in: 0 normal operation, else the event. */
  readonly class: number;
  /** Files of simulated and drawn instances are one well each. */
  readonly real: boolean;
}

/** Sorted by class, then name: the same order everywhere. NOT_FOUND where there is none. */
export function listThreeWFiles(dir: string): ThreeWFile[] {
  let folders: string[];
  try {
    folders = readdirSync(dir);
  } catch (cause) {
    throw new BalancinError(
      'NOT_FOUND',
      `there is no folder ${dir}: name one that holds 3W as <class>/*.csv.gz`,
      {
        cause,
      },
    );
  }
  const files = folders
    .filter((folder) => /^\d$/.test(folder))
    .sort()
    .flatMap((folder) =>
      readdirSync(path.join(dir, folder))
        .filter((name) => /\.csv(\.gz)?$/.test(name))
        .sort()
        .map((name) => ({
          path: path.join(dir, folder, name),
          well: wellOf(name),
          class: Number(folder),
          real: name.startsWith('WELL-'),
        })),
    );
  if (files.length === 0)
    throw new BalancinError('NOT_FOUND', `${dir} holds no 3W instance (<class>/*.csv or *.csv.gz)`);
  return files;
}
