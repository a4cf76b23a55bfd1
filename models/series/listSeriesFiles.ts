/** Finds the series that a file or a folder holds. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { BalancinError } from '#schemas/errors.js';

export interface SeriesFile {
  readonly path: string;
  /** Below the folder given, with `/`; a single file's own name. */
  readonly name: string;
}

/** Folders are searched to the bottom, in order of name; labels and scores that stand there too are left out. NOT_FOUND where there is none. */
export function listSeriesFiles(data: string, except: readonly (string | undefined)[] = []): SeriesFile[] {
  const about = statSync(data, { throwIfNoEntry: false });
  if (about === undefined) throw new BalancinError('NOT_FOUND', `there is no file or folder ${data}`);
  if (!about.isDirectory()) return [{ path: data, name: path.basename(data) }];
  const others = new Set(except.flatMap((file) => (file === undefined ? [] : [path.resolve(file)])));
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(csv|tsv)(\.gz)?$/i.test(name))
    .map((name) => ({ path: path.join(data, name), name: name.split(path.sep).join('/') }))
    .filter((file) => statSync(file.path).isFile() && !others.has(path.resolve(file.path)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0)
    throw new BalancinError('NOT_FOUND', `${data} holds no series (*.csv or *.tsv, also gzipped)`);
  return files;
}
