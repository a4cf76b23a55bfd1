/** Laws of training and judging: reproducible, apart by well, the same rules for all. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { alertsOf } from './alertRule.js';
import { chooseThreshold } from './chooseThreshold.js';
import { evaluate, evaluationLines } from './evaluate.js';
import { createMovingZScore } from './movingZScore.js';
import { seededRandom } from './random.js';
import { applyScaling, fitScaling } from './scaling.js';
import { train } from './train.js';

const minuteMs = 60_000;

/** Two hours of a quiet well at one sample in ten seconds; from row `onset` on its pressures swing. */
function csv(seed: number, options: { event?: number; onset?: number } = {}): string {
  const random = seededRandom(seed);
  const lines = ['timestamp,P-PDG,P-TPT,T-TPT,P-MON-CKP,T-JUS-CKP,class'];
  for (let i = 0; i < 720; i++) {
    const inEvent = options.onset !== undefined && i >= options.onset;
    const swing = inEvent ? 2e6 * Math.sin(i / 20) : 0;
    const noise = (size: number) => size * (random() - 0.5);
    lines.push(
      [
        new Date(Date.UTC(2020, 0, seed % 28, 0, 0, 10 * i)).toISOString().slice(0, 23).replace('T', ' '),
        2e7 + noise(6e3) + swing,
        1.5e7 + noise(9e3) + swing,
        90 + noise(0.2),
        5e6 + noise(2e4) + swing,
        70 + noise(0.4),
        inEvent ? options.event : 0,
      ].join(','),
    );
  }
  return lines.join('\n');
}

async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'flow-'));
  t.teardown(() => rm(dir, { recursive: true }));
  return dir;
}

async function dataset(t: ExecutionContext): Promise<string> {
  const dir = await temporaryFolder(t);
  for (const c of ['0', '4', '6']) await mkdir(path.join(dir, c));
  for (const well of ['A', 'B', 'C'])
    for (const n of [1, 2])
      await writeFile(path.join(dir, '0', `WELL-${well}_${n}.csv`), csv(well.charCodeAt(0) + 31 * n));
  await writeFile(path.join(dir, '4', 'WELL-C_3.csv'), csv(9, { event: 4, onset: 0 }));
  await writeFile(path.join(dir, '6', 'SIMULATED_1.csv'), csv(10, { event: 6, onset: 360 }));
  return dir;
}

test.serial(
  'training is reproducible by its seed, judged apart by well, and finds what swings',
  async (t) => {
    const data = await dataset(t);
    const folder = await temporaryFolder(t);
    const options = { data, created: '2026-01-01T00:00:00Z', wells: ['WELL-A', 'WELL-B'], epochs: 3 };
    const first = await train({ ...options, folder });
    const second = await train({ ...options, folder: await temporaryFolder(t) });
    for (const [name, value] of Object.entries(first.metrics)) {
      const again = second.metrics[name] ?? Number.NaN;
      t.true(Math.abs(again - value) <= 0.01 * Math.abs(value), `${name}: ${value}, ${again}`);
    }
    t.true(Math.abs(second.threshold - first.threshold) <= 0.01 * first.threshold);
    t.is(second.trainingData.fingerprintSha256, first.trainingData.fingerprintSha256);
    t.deepEqual(first.trainingData.trainedOn, ['WELL-A', 'WELL-B']);

    const judged = await evaluate({ data, folder });
    t.deepEqual(judged.judgedOn, ['SIMULATED', 'WELL-C']);
    t.is(judged.leftOutFiles, 4);
    t.true(Math.abs(judged.normalWellDays - (2 * 7190) / 86_400) < 1e-9);
    t.is(judged.contestants.length, 4);
    const [net] = judged.contestants;
    t.deepEqual(
      net?.classes.map((c) => [c.class, c.real, c.events, c.detected]),
      [
        [4, true, 1, 1],
        [6, false, 5, 5],
      ],
    );
    t.true((net?.classes[1]?.delayMedianMinutes ?? 99) <= 15);
    t.is(net?.classes[0]?.delayMedianMinutes, null, 'a file without an onset has no delay');
    t.deepEqual(await evaluate({ data, folder }), judged, 'crops are the same for one seed');
    t.is(evaluationLines(judged).length, 3 + 4 + 1 + 3);
  },
);

test.serial(
  'data of nothing but training wells cannot judge, data without one of them cannot train',
  async (t) => {
    const data = await dataset(t);
    const folder = await temporaryFolder(t);
    const options = { data, created: '2026-01-01T00:00:00Z', epochs: 1, folder };
    await train({ ...options, wells: ['WELL-A', 'WELL-B'] });
    await rm(path.join(data, '4'), { recursive: true });
    await rm(path.join(data, '6'), { recursive: true });
    for (const n of [1, 2]) await rm(path.join(data, '0', `WELL-C_${n}.csv`));
    const judging = await t.throwsAsync(evaluate({ data, folder }), { instanceOf: BalancinError });
    t.is(judging.code, 'NOT_FOUND');
    const training = await t.throwsAsync(train({ ...options, wells: ['WELL-A', 'WELL-X'] }), {
      instanceOf: BalancinError,
    });
    t.regex((training as Error).message, /WELL-X/);
  },
);

test('an alert opens at the second row above, ends at the second below, and a gap begins anew', (t) => {
  //            0  5  10 15 20 25 30 35 40 45 | 120 125 130
  // above      .  x  x  x  .  x  .  .  x  x  |  x   .   .
  // opens            ^                    ^
  const endMs = [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 120, 125, 130].map((m) => m * minuteMs);
  const scores = [0, 2, 2, 2, 0, 2, 0, 0, 2, 2, 2, 0, 0];
  t.deepEqual(alertsOf(endMs, scores, 1), [10 * minuteMs, 45 * minuteMs]);
  t.deepEqual(alertsOf(endMs, scores, 2), [], 'at the threshold is not above it');
});

test('the chosen threshold keeps to the declared rate, and the next lower one would not', (t) => {
  const random = seededRandom(4);
  const files = Array.from({ length: 10 }, () => ({
    endMs: Array.from({ length: 60 }, (_, i) => 5 * i * minuteMs),
    scores: Array.from({ length: 60 }, () => random() ** 3 * 10),
    days: 0.25,
  }));
  const alerts = (threshold: number) =>
    files.reduce((sum, f) => sum + alertsOf(f.endMs, f.scores, threshold).length, 0);
  const threshold = chooseThreshold(files, 1);
  t.true(alerts(threshold) <= 2);
  t.true(alerts(threshold * 0.99) > 2);
  t.is(alerts(chooseThreshold(files, 0)), 0);
});

test('scaling puts masked features at the centre and bounds the rest', (t) => {
  const values = Float32Array.from([1, Number.NaN, 2, 5, 3, 5, 1000, 5]);
  const scaling = fitScaling(values, 2);
  t.is(scaling.centre[0], 3);
  t.true((scaling.spread[1] ?? 0) > 0, 'a feature that never varied still has a spread');
  const out = new Float32Array(8);
  applyScaling(scaling, Float32Array.from([1e9, Number.NaN, -1e9, 5, 3, 5, 3, 5]), 4, out);
  t.deepEqual([...out], [12, 0, -12, 0, 0, 0, 0, 0]);
});

test('the moving z-score measures a minute against the hour before it, never itself', (t) => {
  const z = createMovingZScore(['well.tpt.p']);
  const batchOf = (m: number, mean: number) =>
    ({ length: 1, startMs: [m * minuteMs], tagIds: [0], sums: [mean * 2], goods: [2] }) as never;
  for (let m = 0; m < 60; m++) z.add(batchOf(m, 1000 + (m % 2) * 20), () => 'well.tpt.p');
  z.add(batchOf(60, 1060), () => 'well.tpt.p');
  t.is(z.worst(60 * minuteMs, 61 * minuteMs), 5);
  t.true(z.worst(0, 60 * minuteMs) < 1.5);
});
