/** The versions of a model on this machine: the one that comes with the program, and those in the folder of models. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderPath, invalidArtifact, manifestFile } from './artifactFolder.js';
import { type Manifest, manifestSchema } from './manifest.js';

export interface ModelVersion {
  readonly manifest: Manifest;
  readonly folder: string;
  readonly shipped: boolean;
}

/** Beside the shipped one: each is held in the memory of every worker thread. */
const versionsMax = 4;

/**
 * `modelsFolder` holds `<model>/<any name>/manifest.json …`; null or a folder that is not there holds none. Throws
 * ARTIFACT_INVALID for a manifest that cannot be read, of another model, or of a version that is there already.
 */
export async function listVersions(
  model: string,
  shipped: URL | string,
  modelsFolder: string | null,
): Promise<ModelVersion[]> {
  const versions = [await versionAt(shipped, true)];
  const root = modelsFolder === null ? null : join(modelsFolder, model);
  const entries = root === null ? [] : await readdir(root, { withFileTypes: true }).catch(noFolder);
  for (const entry of entries.filter((e) => e.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const one = await versionAt(join(root as string, entry.name), false);
    const { folder, manifest } = one;
    if (manifest.model !== model)
      throw invalidArtifact(folder, `it is of ${manifest.model}, not of ${model}`);
    if (versions.some((other) => other.manifest.version === manifest.version))
      throw invalidArtifact(folder, `version ${manifest.version} is there already`);
    versions.push(one);
  }
  if (versions.length > versionsMax + 1)
    throw invalidArtifact(root ?? '', `it holds ${versions.length - 1} versions, ${versionsMax} are allowed`);
  return versions;
}

async function versionAt(folder: URL | string, shipped: boolean): Promise<ModelVersion> {
  const path = folderPath(folder);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(join(path, manifestFile), 'utf8'));
  } catch (cause) {
    throw invalidArtifact(path, 'its manifest cannot be read', cause);
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw invalidArtifact(path, 'its manifest is not one', parsed.error);
  return { manifest: parsed.data, folder: path, shipped };
}

function noFolder(cause: unknown): [] {
  if ((cause as { code?: unknown }).code === 'ENOENT') return [];
  throw cause;
}
