/** The trained classifier on disk: one small JSON file, refused where it was made for other features. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BalancinError } from '#schemas/errors.js';
import { flowMovementNames } from '#pipelines/wellrules/flowMovement.js';
import type { FlowModel } from './flowModel.js';

interface FlowArtifact extends FlowModel {
  /** `flowMovementNames` at training: what the weights belong to. */
  readonly featureNames: readonly string[];
  readonly training: { readonly wells: readonly string[]; readonly files: number; readonly sha256: string };
}

const fileName = 'model.json';

/** `sources`: the files that taught, in order. */
export async function writeFlowArtifact(
  folder: string,
  model: FlowModel,
  sources: readonly { readonly path: string; readonly well: string }[],
): Promise<FlowArtifact> {
  const hash = createHash('sha256');
  for (const { path: file } of sources) hash.update(await readFile(file));
  const artifact: FlowArtifact = {
    featureNames: flowMovementNames,
    ...model,
    training: {
      wells: [...new Set(sources.map(({ well }) => well))],
      files: sources.length,
      sha256: hash.digest('hex'),
    },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, fileName), `${JSON.stringify(artifact, null, 2)}\n`);
  return artifact;
}

/** The shipped one by default. NOT_FOUND where there is none, ARTIFACT_INVALID for other features. */
export async function readFlowModel(folder?: string): Promise<FlowModel> {
  const file = path.join(
    folder ?? fileURLToPath(import.meta.resolve('#models/flow-instability/artifact')),
    fileName,
  );
  let artifact: FlowArtifact;
  try {
    artifact = JSON.parse(await readFile(file, 'utf8')) as FlowArtifact;
  } catch (cause) {
    throw new BalancinError('NOT_FOUND', `there is no trained classifier at ${file}`, { cause });
  }
  if (JSON.stringify(artifact.featureNames) !== JSON.stringify(flowMovementNames))
    throw new BalancinError(
      'ARTIFACT_INVALID',
      `${file} was trained on other features: train flow-instability`,
    );
  return artifact;
}
