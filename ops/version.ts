/** The product's version, from its package file. */
import { readFileSync } from 'node:fs';

/** `#ops/demo` is a folder of the source tree, whose parent's parent holds the package file. */
const packageFile = new URL('../package.json', import.meta.resolve('#ops/demo'));

export const version: string = (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
