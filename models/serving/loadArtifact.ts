/** Reads a trained model from its folder, refusing one that is not exactly what its manifest says. */
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { folderPath, invalidArtifact, readArtifactFiles, sha256Of } from './artifactFolder.js';
import { splitTables } from './artifactTables.js';
import type { Backend } from './backend.js';
import { featureSpecSha256, type Manifest, manifestSchema, type NamedSpec } from './manifest.js';

export interface LoadedArtifact {
  readonly manifest: Manifest;
  /** Long lists of fitted figures, by name. */
  readonly tables: ReadonlyMap<string, Float32Array>;
  /** Held by the caller, who disposes it. */
  readonly model: LayersModel;
}

export interface ArtifactToLoad {
  /** A path, or a URL as `import.meta.resolve('#models/…/artifact')` gives it. */
  readonly folder: URL | string;
  /** What the rows hold that will be scored. */
  readonly spec: NamedSpec;
  readonly backend: Backend;
}

/** Throws ARTIFACT_INVALID, naming the folder and what is wrong with it. */
export async function loadArtifact({ folder, spec, backend }: ArtifactToLoad): Promise<LoadedArtifact> {
  const path = folderPath(folder);
  const files = await readArtifactFiles(path);
  const manifest = parseManifest(path, files.manifest);
  if (manifest.featureSpecSha256 !== featureSpecSha256(spec)) {
    throw invalidArtifact(
      path,
      `it was trained on other features than '${spec.name}' describes now (train it again)`,
    );
  }
  for (const [name, bytes] of [
    ['model.json', files.topology],
    ['weights.bin', files.weights],
  ] as const) {
    const told = manifest.files[name];
    if (told.bytes !== bytes.byteLength || told.sha256 !== sha256Of(bytes)) {
      throw invalidArtifact(path, `${name} is not the file that its manifest describes`);
    }
  }
  const split = splitTables(files.weights, manifest.tables ?? {});
  if (split === null)
    throw invalidArtifact(path, 'weights.bin does not hold its tables where they should be');
  const { weights, tables } = split;
  return { manifest, tables, model: await loadModel(path, backend, { ...files, weights }) };
}

function parseManifest(path: string, bytes: Buffer): Manifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw invalidArtifact(path, 'manifest.json is not JSON', cause);
  }
  const result = manifestSchema.safeParse(parsed);
  if (!result.success)
    throw invalidArtifact(path, `manifest.json: ${z.prettifyError(result.error)}`, result.error);
  return result.data;
}

async function loadModel(
  path: string,
  { tf, layers }: Backend,
  files: { readonly topology: Buffer; readonly weights: Buffer },
): Promise<LayersModel> {
  try {
    const json = JSON.parse(files.topology.toString('utf8')) as io.ModelJSON;
    const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights);
    const weightData = new Uint8Array(files.weights).buffer;
    return await layers.loadLayersModel(
      tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs, weightData }),
    );
  } catch (cause) {
    throw invalidArtifact(path, 'TensorFlow.js cannot build it', cause);
  }
}
