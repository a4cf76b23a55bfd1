/** Worker thread of artifact.test: loads the artifact it is told and posts scores and the growth in tensors. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';
import { loadWasm } from './backend.js';
import { loadArtifact } from './loadArtifact.js';

const { folder, spec, rows } = workerData as { folder: string; spec: FeatureSpec; rows: Float32Array };
const backend = await loadWasm();
const { tf } = backend;
const before = tf.memory().numTensors;
const { model } = await loadArtifact({ folder, spec, backend });
const score = () =>
  tf.tidy(() => {
    const input = tf.tensor2d(rows, [rows.length / spec.width, spec.width]);
    return (model.predict(input) as typeof input).dataSync<'float32'>();
  });
for (let i = 0; i < 10; i++) score();
const scores = score();
model.dispose();
parentPort?.postMessage({ scores, tensorGrowth: tf.memory().numTensors - before });
