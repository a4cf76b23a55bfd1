/** Laws of the served net: it is the artifact, it is deterministic, it leaks nothing, and it refuses what it was not made for. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { loadWasm } from '../serving/backend.js';
import type { Manifest } from '../serving/manifest.js';
import { flowFeatureSpec as spec } from './featureSpec.js';
import { seededRandom } from './random.js';
import { createScorer } from './scorer.js';

const shipped = fileURLToPath(import.meta.resolve('#models/flow-autoencoder/artifact'));

/** Rows as wells make them: noise of a few dead bands, some tags masked. */
function rowsOf(rows: number, seed = 3): Float32Array {
  const random = seededRandom(seed);
  const per = spec.statistics.length;
  const values = Float32Array.from({ length: rows * spec.width }, () => 4 * (random() - 0.5));
  for (let r = 0; r < rows; r++) {
    const masked = r % 6;
    if (masked < spec.tags.length)
      values.fill(Number.NaN, r * spec.width + masked * per, r * spec.width + (masked + 1) * per);
  }
  return values;
}

async function copyOfArtifact(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'flow-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await cp(shipped, folder, { recursive: true });
  return folder;
}

test.serial('the same rows get the same scores, whatever batch they come in, bit for bit', async (t) => {
  const scorer = await createScorer();
  const rows = 150;
  const values = rowsOf(rows);
  const scoresBy = (batch: number) => {
    const all = new Float32Array(rows);
    const shares = new Float32Array(batch * spec.width);
    for (let from = 0; from < rows; from += batch) {
      const n = Math.min(batch, rows - from);
      scorer.score(values.slice(from * spec.width, (from + n) * spec.width), n, all.subarray(from), shares);
    }
    return all;
  };
  const expected = scoresBy(64);
  t.true(expected.every((s) => s > 0 && Number.isFinite(s)));
  for (const batch of [1, 3, 7, 64, 150]) t.deepEqual(scoresBy(batch), expected);
  scorer.dispose();
});

test.serial('shares of a row sum to one, and a masked tag has none', async (t) => {
  const scorer = await createScorer();
  const rows = 12;
  const values = rowsOf(rows);
  const shares = new Float32Array(rows * spec.width);
  scorer.score(values, rows, new Float32Array(rows), shares);
  for (let r = 0; r < rows; r++) {
    const row = shares.subarray(r * spec.width, (r + 1) * spec.width);
    t.true(Math.abs(row.reduce((sum, s) => sum + s, 0) - 1) < 1e-5);
    t.true(row.every((s, k) => s >= 0 && (!Number.isNaN(values[r * spec.width + k]) || s === 0)));
  }
  scorer.dispose();
});

test.serial(
  'a well that swings scores higher than one that stands, and a wilder one higher still',
  async (t) => {
    const scorer = await createScorer();
    const scores = new Float32Array(3);
    const values = new Float32Array(3 * spec.width);
    const quiet = rowsOf(6).subarray(5 * spec.width);
    [1, 3, 6].forEach((factor, r) =>
      values.set(
        quiet.map((v) => v * factor),
        r * spec.width,
      ),
    );
    scorer.score(values, 3, scores, new Float32Array(3 * spec.width));
    t.true((scores[1] as number) > (scores[0] as number), String(scores));
    t.true((scores[2] as number) > (scores[1] as number), String(scores));
    scorer.dispose();
  },
);

test.serial('two hundred batches leave no tensor behind, nor does disposing', async (t) => {
  const backend = await loadWasm();
  const before = backend.tf.memory().numTensors;
  const scorer = await createScorer({ backend });
  const held = backend.tf.memory().numTensors;
  const values = rowsOf(64);
  const [scores, shares] = [new Float32Array(64), new Float32Array(64 * spec.width)];
  for (let i = 0; i < 200; i++) scorer.score(values, 64, scores, shares);
  t.is(backend.tf.memory().numTensors, held);
  scorer.dispose();
  t.is(backend.tf.memory().numTensors, before);
});

test.serial('another artifact gives other scores', async (t) => {
  const folder = await copyOfArtifact(t);
  const weights = await readFile(path.join(folder, 'weights.bin'));
  const floats = new Float32Array(new Uint8Array(weights).buffer);
  floats[100] = (floats[100] as number) + 0.5;
  const bytes = new Uint8Array(floats.buffer);
  await writeFile(path.join(folder, 'weights.bin'), bytes);
  const file = path.join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
  manifest.files['weights.bin'].sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeFile(file, JSON.stringify({ ...manifest, version: '2' }));

  const values = rowsOf(64);
  const score = async (from: string) => {
    const scorer = await createScorer({ folder: from });
    const scores = new Float32Array(64);
    scorer.score(values, 64, scores, new Float32Array(64 * spec.width));
    scorer.dispose();
    return { version: scorer.version, scores };
  };
  const [one, other] = [await score(shipped), await score(folder)];
  t.is(other.version, '2');
  t.not(one.version, other.version);
  t.notDeepEqual(one.scores, other.scores);
});

test.serial(
  'an artifact trained on another feature spec is refused, and so is one without its figures',
  async (t) => {
    for (const change of [
      { featureSpecSha256: '0'.repeat(64) },
      { fitted: { centre: [1], spread: [1], unit: [1] } },
    ]) {
      const folder = await copyOfArtifact(t);
      const file = path.join(folder, 'manifest.json');
      const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
      await writeFile(file, JSON.stringify({ ...manifest, ...change }));
      const error = await t.throwsAsync(createScorer({ folder }), { instanceOf: BalancinError });
      t.is(error.code, 'ARTIFACT_INVALID');
    }
  },
);

test.serial('worker threads score what the main thread scores', async (t) => {
  const values = rowsOf(64);
  const scorer = await createScorer();
  const expected = new Float32Array(64);
  scorer.score(values, 64, expected, new Float32Array(64 * spec.width));
  scorer.dispose();
  const answers = await Promise.all(
    [1, 2].map(
      () =>
        new Promise<Float32Array>((resolve, reject) => {
          const worker = new Worker(new URL('./scorer.fixture.js', import.meta.url), {
            workerData: { values },
          });
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  for (const answer of answers) t.deepEqual(answer, expected);
});
