/** Writes a trained model into its folder with the manifest that describes it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  artifactBytesMax,
  folderPath,
  invalidArtifact,
  manifestFile,
  sha256Of,
  topologyFile,
  weightsFile,
} from './artifactFolder.js';
import { appendTables } from './artifactTables.js';
import type { Backend } from './backend.js';
import { featureSpecSha256, type Manifest, manifestSchema, type NamedSpec } from './manifest.js';

export interface ArtifactToSave {
  readonly folder: URL | string;
  readonly spec: NamedSpec;
  readonly backend: Backend;
  readonly model: LayersModel;
  /** Long lists of fitted figures: they stand behind the net's weights in the binary file, as 32-bit floats. */
  readonly tables?: Readonly<Record<string, Float32Array>>;
  /** All that only the trainer knows; hashes, sizes and places are filled in. */
  readonly about: Omit<Manifest, 'manifestVersion' | 'featureSpecSha256' | 'files' | 'tables'>;
}

/** Returns the manifest. Throws ARTIFACT_INVALID, before anything is written, for one that `loadArtifact` would refuse. */
export async function saveArtifact({
  folder,
  spec,
  backend,
  model,
  tables = {},
  about,
}: ArtifactToSave): Promise<Manifest> {
  const path = folderPath(folder);
  const { topology, weights: netWeights } = await encode(backend, model);
  const { bytes: weights, places } = appendTables(netWeights, tables);
  const manifest: Manifest = {
    manifestVersion: 1,
    ...about,
    ...(Object.keys(places).length > 0 && { tables: places }),
    featureSpecSha256: featureSpecSha256(spec),
    files: {
      [topologyFile]: { bytes: topology.byteLength, sha256: sha256Of(topology) },
      [weightsFile]: { bytes: weights.byteLength, sha256: sha256Of(weights) },
    },
  };
  const checked = manifestSchema.safeParse(manifest);
  if (!checked.success) throw invalidArtifact(path, checked.error.message, checked.error);
  const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  const bytes = text.byteLength + topology.byteLength + weights.byteLength;
  if (bytes > artifactBytesMax) {
    throw invalidArtifact(path, `its files have ${bytes} bytes, ${artifactBytesMax} are allowed`);
  }
  await mkdir(path, { recursive: true });
  await writeFile(join(path, weightsFile), weights);
  await writeFile(join(path, topologyFile), topology);
  // Last: until it is there the other two are refused.
  await writeFile(join(path, manifestFile), text);
  return manifest;
}

/** The layout that TensorFlow.js itself writes, so that its other tools read it too. */
async function encode({ tf }: Backend, model: LayersModel): Promise<{ topology: Buffer; weights: Buffer }> {
  const saved: io.ModelArtifacts[] = [];
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved.push(artifacts);
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
  const { modelTopology, weightSpecs = [], weightData } = saved[0] ?? {};
  const weights = Buffer.from(tf.io.CompositeArrayBuffer.join(weightData));
  const json = {
    format: 'layers-model',
    modelTopology,
    weightsManifest: [{ paths: [weightsFile], weights: weightSpecs }],
  };
  return { topology: Buffer.from(`${JSON.stringify(json)}\n`), weights };
}
