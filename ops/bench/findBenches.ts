/** Finds the benches of the project: every compiled `x.bench.js` beside what it measures. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BalancinError } from '#schemas/errors.js';
import type { Bench } from './bench.js';

const suffix = '.bench.js';
/** The compiled project: this file is `ops/bench/findBenches.js` in it. */
const compiledRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Names in alphabetical order, with the file of each. */
export async function findBenches(): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(compiledRoot, { recursive: true });
  const benches = files
    .filter((file) => file.endsWith(suffix))
    .map((file) => [path.basename(file, suffix), path.join(compiledRoot, file)] as const);
  return new Map(benches.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Throws USAGE where there is no bench of that name. */
export async function loadBench(name: string): Promise<Bench> {
  const benches = await findBenches();
  const file = benches.get(name);
  if (file === undefined) {
    throw new BalancinError(
      'USAGE',
      `there is no bench ${name}: choose one of ${[...benches.keys()].join(', ')}`,
    );
  }
  const module = (await import(pathToFileURL(file).href)) as { readonly bench?: Bench };
  if (module.bench?.name !== name) {
    throw new BalancinError('BUG', `${file} exports no bench named ${name}`);
  }
  return module.bench;
}
