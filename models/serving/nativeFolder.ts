/** Where a native TensorFlow binding that was built here is kept: outside node_modules, so that `npm ci` leaves it alone. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

const projectFolder = fileURLToPath(new URL('../', import.meta.resolve('#models/serving')));

/** The installed JavaScript half of tfjs-node, or null where npm was told to leave optional packages out. */
export function installedTfjsNode(): { readonly folder: string; readonly version: string } | null {
  const packageJson = require.resolve
    .paths('@tensorflow/tfjs-node')
    ?.map((modules) => join(modules, '@tensorflow/tfjs-node/package.json'))
    .find((path) => existsSync(path));
  if (packageJson === undefined) return null;
  const { version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string };
  return { folder: join(packageJson, '..'), version };
}

/** The newest Node-API that tfjs-node 4 knows; every Node since 20 speaks it, so one build serves them all. */
export const nodeApiVersion = 8;

/** One folder a platform, tfjs version and Node-API; `root` stands for the project's `.native` in tests. */
export function nativeFolder(version: string, root: string = join(projectFolder, '.native')): string {
  return join(root, `${process.platform}-${process.arch}-tfjs-${version}-napi-${nodeApiVersion}`);
}

/** The copy of tfjs-node with its binding inside a native folder, found there by ordinary module resolution. */
export function nativePackageFolder(folder: string): string {
  return join(folder, 'node_modules/@tensorflow/tfjs-node');
}

/** The binding's own file inside a package folder of tfjs-node, whether there or not. */
export function bindingFile(packageFolder: string): string {
  return join(packageFolder, 'lib', `napi-v${nodeApiVersion}`, 'tfjs_binding.node');
}
