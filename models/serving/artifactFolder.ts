/** The files of a model's `artifact/` folder, and how large they may be. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BalancinError } from '#schemas/errors.js';

export const manifestFile = 'manifest.json';
export const topologyFile = 'model.json';
export const weightsFile = 'weights.bin';

/** Artifacts live in the repository and in every worker thread's memory: all three files together stay below this. */
export const artifactBytesMax = 5 * 1024 * 1024;

export function folderPath(folder: URL | string): string {
  return typeof folder === 'string' && !folder.startsWith('file:') ? folder : fileURLToPath(folder);
}

export function invalidArtifact(folder: string, what: string, cause?: unknown): BalancinError {
  return new BalancinError('ARTIFACT_INVALID', `The model in ${folder} is refused: ${what}.`, {
    context: { folder },
    cause,
  });
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Sizes are looked at before anything is read, so that a wrong folder cannot fill the memory. */
export async function readArtifactFiles(
  folder: string,
): Promise<{ manifest: Buffer; topology: Buffer; weights: Buffer }> {
  const paths = [manifestFile, topologyFile, weightsFile].map((name) => join(folder, name));
  try {
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (bytes > artifactBytesMax) {
      throw invalidArtifact(folder, `its files have ${bytes} bytes, ${artifactBytesMax} are allowed`);
    }
    const [manifest, topology, weights] = await Promise.all(paths.map((path) => readFile(path)));
    if (manifest === undefined || topology === undefined || weights === undefined)
      throw new BalancinError('BUG', 'three paths, three files');
    return { manifest, topology, weights };
  } catch (cause) {
    if (cause instanceof BalancinError) throw cause;
    throw invalidArtifact(
      folder,
      'a file is missing or cannot be read (train it, or restore artifact/)',
      cause,
    );
  }
}
