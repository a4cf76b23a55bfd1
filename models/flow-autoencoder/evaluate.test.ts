/** The shipped artifact on wells it was not trained on (the demo's): it sees the events it says it sees. */
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { loadWasm } from '../serving/backend.js';
import { loadArtifact } from '../serving/loadArtifact.js';
import { listThreeWFiles } from '../threew/listThreeWFiles.js';
import { evaluate } from './evaluate.js';
import { flowFeatureSpec } from './featureSpec.js';
import { trainedOn } from './split.js';

const data = fileURLToPath(import.meta.resolve('#ops/demo/data'));
const folder = import.meta.resolve('#models/flow-autoencoder/artifact');

test('the artifact names the wells of the split as its teachers, and the demo has none of them', async (t) => {
  const { manifest, model } = await loadArtifact({
    folder,
    spec: flowFeatureSpec,
    backend: await loadWasm(),
  });
  model.dispose();
  t.deepEqual(manifest.trainingData.trainedOn, [...trainedOn]);
  t.is(manifest.model, 'flow-autoencoder');
  for (const { well } of listThreeWFiles(data)) t.false(trainedOn.includes(well), well);
});

test('every oscillation and closure of the demo is detected by the shipped artifact', async (t) => {
  const { contestants, leftOutFiles } = await evaluate({ data });
  t.is(leftOutFiles, 0);
  const net = contestants[0];
  t.deepEqual(
    net?.classes.map((c) => [c.class, c.real]),
    [
      [2, false],
      [3, true],
      [4, true],
      [6, false],
    ],
  );
  for (const c of net?.classes.filter((k) => k.class !== 6) ?? [])
    t.is(c.detected, c.events, `class ${c.class}`);
});
