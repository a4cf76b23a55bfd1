/** Makes sure that a result can be written where it was asked for, before the work that it comes from. */
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';

/** Makes the folders above the file, and the file. Throws USAGE where that cannot be. */
export function readyOutFile(path: string): void {
  ready(path, () => {
    makeFolder(dirname(resolve(path)));
    // Opened for appending: what stands there is kept until there is a result.
    closeSync(openSync(path, 'a'));
  });
}

/** Makes the folder. Throws USAGE where that cannot be. */
export function readyOutFolder(path: string): void {
  ready(path, () => {
    makeFolder(resolve(path));
    accessSync(path, constants.W_OK);
  });
}

/** One by one from the top: Node's own recursive way never returns where the system denies that a parent is there (/proc). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

function ready(path: string, make: () => void): void {
  try {
    make();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BalancinError('USAGE', `--out ${path} cannot be written: ${why}`, { cause });
  }
}
