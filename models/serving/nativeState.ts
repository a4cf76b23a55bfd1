/** Whether TensorFlow's native binding can be used here, for `doctor` as for those who load it. */
import { existsSync } from 'node:fs';
import { bindingFile, installedTfjsNode, nativeFolder, nativePackageFolder } from './nativeFolder.js';

export type NativeState =
  /** The optional package was not installed. */
  | { readonly state: 'absent'; readonly remedy: string }
  /** The package's JavaScript is there, its binding for this platform and Node is not. */
  | { readonly state: 'unbuilt'; readonly version: string; readonly remedy: string }
  | { readonly state: 'built'; readonly version: string; readonly packageFolder: string };

/** `nativeRoot` and `installed` stand for the project's own in tests. */
export function nativeState(nativeRoot?: string, installed = installedTfjsNode()): NativeState {
  if (installed === null) {
    return { state: 'absent', remedy: 'run npm ci without --omit=optional, then npm run native' };
  }
  const { version, folder } = installed;
  const built = [nativePackageFolder(nativeFolder(version, nativeRoot)), folder].find((packageFolder) =>
    existsSync(bindingFile(packageFolder)),
  );
  return built === undefined
    ? { state: 'unbuilt', version, remedy: 'run npm run native' }
    : { state: 'built', version, packageFolder: built };
}
