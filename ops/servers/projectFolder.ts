/** Names the git-ignored folder of a checkout where servers keep what outlives a run. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This file is compiled to dist/ops/servers. */
const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** `<project>/.balancin/<name>`; not made. */
export const projectFolder = (name: string): string => join(projectRoot, '.balancin', name);
