/** A model comes back from its folder as it was saved, or not at all. */
import { Worker } from 'node:worker_threads';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { needs } from '#ops/servers/needs.js';
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';
import { artifactBytesMax } from './artifactFolder.js';
import { type Backend, loadNative, loadWasm } from './backend.js';
import { canonicalJson } from './canonicalJson.js';
import { loadArtifact } from './loadArtifact.js';
import { featureSpecSha256, type Manifest } from './manifest.js';
import { nativeState } from './nativeState.js';
import { saveArtifact } from './saveArtifact.js';

const spec: FeatureSpec = {
  name: 'two-tags',
  windowMinutes: 10,
  stepMinutes: 1,
  tags: ['P-TPT', 'T-TPT'],
  statistics: ['slope', 'std'],
  width: 4,
  coverageMin: 0.8,
  normalisation: 'dead-band-asinh',
  mask: 'nan',
};

const about = {
  model: 'two-tags',
  version: '1',
  created: '2026-01-02T03:04:05Z',
  trainingData: {
    source: 'made by the test',
    fingerprintSha256: '0'.repeat(64),
    rows: 1,
    trainedOn: ['A'],
    judgedOn: ['B'],
  },
  metrics: { detectionRate: 0.5 },
  threshold: 1.5,
  fitted: { centre: [0, 1, 2, 3] },
};

/** Seeded, so that every run saves the same weights. */
function smallModel({ layers }: Backend): LayersModel {
  const kernelInitializer = (seed: number) => layers.initializers.randomNormal({ stddev: 0.5, seed });
  return layers.sequential({
    layers: [
      layers.layers.reshape({ inputShape: [4], targetShape: [4, 1] }),
      layers.layers.conv1d({
        filters: 8,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: kernelInitializer(1),
      }),
      layers.layers.flatten(),
      layers.layers.dense({ units: 4, activation: 'tanh', kernelInitializer: kernelInitializer(2) }),
    ],
  });
}

const rows = Float32Array.from({ length: 64 * 4 }, (_, i) => Math.sin(i * 1.7) * 3);

function predict({ tf }: Backend, model: LayersModel): Float32Array {
  return tf.tidy(() => {
    const input = tf.tensor2d(rows, [64, 4]);
    return (model.predict(input) as typeof input).dataSync<'float32'>();
  });
}

async function saved(
  t: ExecutionContext,
): Promise<{ folder: string; backend: Backend; manifest: Manifest; scores: Float32Array }> {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-artifact-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const backend = await loadWasm();
  const model = smallModel(backend);
  const manifest = await saveArtifact({ folder, spec, backend, model, about });
  const scores = predict(backend, model);
  model.dispose();
  return { folder, backend, manifest, scores };
}

const refused = { name: 'BalancinError', code: 'ARTIFACT_INVALID' };

test.serial(
  'a saved model scores the same when it is loaded, and takes no tensor with it when it goes',
  async (t) => {
    const { folder, backend, manifest, scores } = await saved(t);
    const tensors = backend.tf.memory().numTensors;
    const loaded = await loadArtifact({ folder, spec, backend });
    t.deepEqual(loaded.manifest, manifest);
    t.deepEqual(predict(backend, loaded.model), scores);
    for (let i = 0; i < 20; i++) predict(backend, loaded.model);
    loaded.model.dispose();
    t.is(backend.tf.memory().numTensors, tensors);
  },
);

test.serial('other weights under an honest manifest give other scores', async (t) => {
  const { folder, backend, scores } = await saved(t);
  const { model } = await loadArtifact({ folder, spec, backend });
  const doubled = backend.tf.tidy(() => model.getWeights().map((weight) => backend.tf.mul(weight, 2)));
  model.setWeights(doubled);
  await saveArtifact({ folder, spec, backend, model, about });
  for (const tensor of doubled) tensor.dispose();
  model.dispose();
  const loaded = await loadArtifact({ folder, spec, backend });
  t.notDeepEqual(predict(backend, loaded.model), scores);
  loaded.model.dispose();
});

test.serial('tables behind the weights come back to the bit, and scores stay what they were', async (t) => {
  const { folder, backend, scores } = await saved(t);
  const { model } = await loadArtifact({ folder, spec, backend });
  const tables = { empty: new Float32Array(0), some: Float32Array.from([1 / 3, Number.NaN, -3e38, 7]) };
  await saveArtifact({ folder, spec, backend, model, tables, about });
  model.dispose();
  const loaded = await loadArtifact({ folder, spec, backend });
  t.deepEqual(new Map(Object.entries(tables)), new Map(loaded.tables));
  t.deepEqual(predict(backend, loaded.model), scores);
  loaded.model.dispose();
  const text = await readFile(join(folder, 'manifest.json'), 'utf8');
  await writeFile(join(folder, 'manifest.json'), text.replace('"count": 4', '"count": 5'));
  await t.throwsAsync(loadArtifact({ folder, spec, backend }), refused);
});

const tampered: Record<string, (folder: string) => Promise<unknown>> = {
  'one changed bit in the weights': async (folder) => {
    const bytes = await readFile(join(folder, 'weights.bin'));
    bytes[17] = (bytes[17] ?? 0) ^ 1;
    await writeFile(join(folder, 'weights.bin'), bytes);
  },
  'weights cut short': (folder) => truncate(join(folder, 'weights.bin'), 8),
  'a changed layer': async (folder) => {
    const text = await readFile(join(folder, 'model.json'), 'utf8');
    await writeFile(join(folder, 'model.json'), text.replace('tanh', 'relu'));
  },
  'no weights': (folder) => rm(join(folder, 'weights.bin')),
  'no manifest': (folder) => rm(join(folder, 'manifest.json')),
  'a manifest that is not JSON': (folder) => writeFile(join(folder, 'manifest.json'), '{'),
  'a manifest with an unknown field': async (folder) => {
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as object;
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, surprise: 1 }));
  },
  'one byte more than an artifact may have': (folder) =>
    writeFile(join(folder, 'weights.bin'), Buffer.alloc(artifactBytesMax)),
};

for (const [what, tamper] of Object.entries(tampered)) {
  test.serial(`${what}: refused, and no tensor is left`, async (t) => {
    const { folder, backend } = await saved(t);
    const tensors = backend.tf.memory().numTensors;
    await tamper(folder);
    await t.throwsAsync(loadArtifact({ folder, spec, backend }), refused);
    t.is(backend.tf.memory().numTensors, tensors);
  });
}

test.serial('a model trained on another feature spec is refused', async (t) => {
  const { folder, backend } = await saved(t);
  const otherSpecs = [
    { ...spec, windowMinutes: 11 },
    { ...spec, tags: [...spec.tags].reverse() },
  ];
  for (const other of otherSpecs)
    await t.throwsAsync(loadArtifact({ folder, spec: other, backend }), refused);
});

test.serial('a model too large for an artifact is refused before anything is written', async (t) => {
  const { folder, backend } = await saved(t);
  const before = await readFile(join(folder, 'manifest.json'), 'utf8');
  const model = backend.layers.sequential({
    layers: [backend.layers.layers.dense({ units: 1_200, inputShape: [1_200] })],
  });
  await t.throwsAsync(saveArtifact({ folder, spec, backend, model, about }), refused);
  model.dispose();
  t.is(await readFile(join(folder, 'manifest.json'), 'utf8'), before);
});

test('the hash of a feature spec depends on what it says, not on the order in which it says it', (t) => {
  const turned = Object.fromEntries(Object.entries(spec).reverse()) as unknown as FeatureSpec;
  t.not(Object.keys(turned)[0], Object.keys(spec)[0]);
  t.is(featureSpecSha256(turned), featureSpecSha256(spec));
  t.is(canonicalJson({ b: [{ d: 1, c: null }], a: 'x' }), '{"a":"x","b":[{"c":null,"d":1}]}');
});

test.serial(
  'WASM scores in a worker thread what it scores in the main thread, and the thread ends',
  async (t) => {
    const { folder, scores } = await saved(t);
    const worker = new Worker(new URL('./scoreInThread.fixture.js', import.meta.url), {
      workerData: { folder, spec, rows },
    });
    const messages: { scores: Float32Array; tensorGrowth: number }[] = [];
    worker.on('message', (message: (typeof messages)[number]) => messages.push(message));
    const exitCode = await new Promise<number>((resolve, reject) => {
      worker.once('exit', resolve);
      worker.once('error', reject);
    });
    t.is(exitCode, 0);
    t.deepEqual(messages, [{ scores, tensorGrowth: 0 }]);
  },
);

const native = nativeState();
const nativeTest = needs(
  test,
  native.state === 'built' ? null : `the native binding is ${native.state}: ${native.remedy}`,
);

nativeTest('native and WASM agree to 1e-4 on one artifact', async (t) => {
  const { folder, scores } = await saved(t);
  const backend = await loadNative();
  t.is(backend.tf.getBackend(), 'tensorflow');
  const { model } = await loadArtifact({ folder, spec, backend });
  const nativeScores = predict(backend, model);
  model.dispose();
  t.is(nativeScores.length, scores.length);
  t.true(nativeScores.every((score, i) => Math.abs(score - (scores[i] ?? Number.NaN)) <= 1e-4));
  t.true(
    scores.some((score) => Math.abs(score) > 0.1),
    'scores of nothing would agree too',
  );
});
