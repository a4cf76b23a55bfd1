/** The detectors on real and simulated wells of the demo: dead gauges are named, closures found, quiet wells left alone. */
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { createDetectOperator } from '#pipelines/detect/detectOperator.js';
import type { Anomaly } from '#schemas/records/anomaly.js';
import { datasetWell } from '../flow-autoencoder/featureRows.js';
import { readThreeWFile } from './readThreeWFile.js';
import { replayMinutes } from './replayMinutes.js';

const data = import.meta.resolve('#ops/demo/data');

async function findingsIn(file: string) {
  const instance = await readThreeWFile(fileURLToPath(`${data}/${file}`));
  const tags = instance.columns.map((c) => c.tag);
  const operator = createDetectOperator({ tagName: (_tenant, id) => tags[id] ?? '' });
  const found: Anomaly[] = [];
  replayMinutes(instance, { well: datasetWell, lane: 'live', tagId: (tag) => tags.indexOf(tag) }, (batch) => {
    operator.process(batch, (a) => found.push({ ...a }));
    operator.endCycle?.({ nowMs: 0 }, (a) => found.push({ ...a }));
  });
  const onset = instance.classes.findIndex((c) => c > 0);
  return {
    quality: found
      .filter((a) => a.kind === 'quality' && a.endMs === null)
      .map((a) => `${a.tag} ${a.textKey}`),
    process: found.filter((a) => a.kind === 'process' && a.endMs === null),
    onsetMs: instance.timesMs[Math.max(0, onset)] ?? 0,
  };
}

for (const file of ['0/WELL-00001_20170218210311.csv.gz', '0/WELL-00004_20140806220033.csv.gz'])
  test(`the dead downhole gauge of ${file} is one finding, and its zeros none of the process`, async (t) => {
    const { quality, process } = await findingsIn(file);
    t.is(quality.filter((q) => q.startsWith('well.pdg.p')).length, 1, quality.join());
    t.false(process.some((a) => a.tag === 'well.pdg.p'));
  });

test('a steady real well raises nothing about its process', async (t) => {
  t.deepEqual((await findingsIn('0/WELL-00004_20140806220033.csv.gz')).process, []);
});

for (const [file, withinMinutes] of [
  ['2/SIMULATED_00008.csv.gz', 15],
  ['6/SIMULATED_00117.csv.gz', 15],
] as const)
  test(`the event of ${file} is found within ${withinMinutes} min of its onset, and nothing before it`, async (t) => {
    const { process, onsetMs } = await findingsIn(file);
    t.true(process.length > 0);
    t.true(process.every((a) => a.startMs >= onsetMs - 60_000));
    t.true(Math.min(...process.map((a) => a.startMs)) <= onsetMs + withinMinutes * 60_000);
  });
