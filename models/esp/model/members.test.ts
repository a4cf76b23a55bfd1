import test from 'ava';
import { seededRandom } from '../../flow-autoencoder/random.js';
import { AlertLatch } from './alertLatch.js';
import { type BoostedTrees, treesShares, treesSum } from './boostedTrees.js';
import { calibrated, fitCalibration } from './calibration.js';
import { boostingDefaults, fitBoosting } from './gradientBoosting.js';
import { fitLogistic, logisticScore } from './logisticRegression.js';
import { packTrees, unpackTrees } from './packedTrees.js';

const width = 5;

/** Yes where the first two features have one sign: no line tells it. The third is missing where the answer is yes, half the time. */
function crossed(rows: number, seed: number) {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: rows * width }, () => 2 * random() - 1);
  const outcome = Float32Array.from({ length: rows }, (_, r) => {
    const yes = (values[r * width] as number) * (values[r * width + 1] as number) > 0;
    if (yes && r % 2 === 0) values[r * width + 2] = Number.NaN;
    return yes ? 1 : 0;
  });
  return { values, outcome, rows, width };
}

const options = { ...boostingDefaults, trees: 40, rate: 0.2, featureShare: 0.8, leafWeightLeast: 2 };

function rightShare(model: (values: Float32Array, at: number) => number): number {
  const { values, outcome, rows } = crossed(1000, 2);
  let right = 0;
  for (let r = 0; r < rows; r++) if (model(values, r * width) > 0 === (outcome[r] === 1)) right++;
  return right / rows;
}

const trees: BoostedTrees = fitBoosting(crossed(2000, 1), options);

test('boosting tells what no line can, and takes what is missing as a sign', (t) => {
  t.true(rightShare((values, at) => treesSum(trees, values, at)) > 0.93);
  const logistic = fitLogistic({ ...crossed(2000, 1), seed: 1 });
  t.true(rightShare((values, at) => logisticScore(logistic, values, at)) < 0.65);
});

test('the same seed fits the same trees, another seed others', (t) => {
  t.deepEqual(fitBoosting(crossed(500, 1), options), fitBoosting(crossed(500, 1), options));
  t.notDeepEqual(
    fitBoosting(crossed(500, 1), options).value,
    fitBoosting(crossed(500, 1), { ...options, seed: 9 }).value,
  );
});

test('a feature left out splits no tree', (t) => {
  const without = fitBoosting(crossed(500, 1), { ...options, without: new Set([0]) });
  t.false(without.feature.includes(0));
});

test('shares of features and the roots add up to the sum', (t) => {
  const { values } = crossed(50, 3);
  const nodes = trees.value.length / trees.trees;
  let roots = trees.bias;
  for (let i = 0; i < trees.trees; i++) roots += trees.value[i * nodes] as number;
  for (let r = 0; r < 50; r++) {
    const shares = new Float64Array(width);
    treesShares(trees, values, r * width, shares);
    const total = shares.reduce((a, b) => a + b, roots);
    t.true(Math.abs(total - treesSum(trees, values, r * width)) < 1e-5);
  }
});

test('packed trees score as before; a list cut short or with a wrong feature is refused', (t) => {
  const packed = packTrees(trees);
  const back = unpackTrees(packed, width);
  const { values } = crossed(200, 4);
  for (let r = 0; r < 200; r++)
    t.true(Math.abs(treesSum(back, values, r * width) - treesSum(trees, values, r * width)) < 1e-3);
  t.throws(() => unpackTrees(packed.slice(0, -1), width), { code: 'ARTIFACT_INVALID' });
  t.throws(() => unpackTrees([...packed, 0], width), { code: 'ARTIFACT_INVALID' });
  t.throws(() => unpackTrees(packed, 2), { code: 'ARTIFACT_INVALID' });
});

test('calibration finds the rate, ignores a member that says nothing and reverses none', (t) => {
  const random = seededRandom(5);
  const rows = 4000;
  const scores = new Float64Array(rows * 2);
  const outcome = Float32Array.from({ length: rows }, (_, r) => {
    const truth = 6 * random() - 5;
    // The first is over-confident by half, the second points the wrong way.
    scores[2 * r] = 2 * truth + 1;
    scores[2 * r + 1] = -truth + 4 * (random() - 0.5);
    return random() < 1 / (1 + Math.exp(-truth)) ? 1 : 0;
  });
  const fitted = fitCalibration(scores, 2, outcome);
  t.true(Math.abs((fitted.weights[0] as number) - 0.5) < 0.08);
  t.true((fitted.weights[1] as number) >= 0 && (fitted.weights[1] as number) < 0.02);
  let said = 0;
  for (let r = 0; r < rows; r++) said += calibrated(fitted, scores, 2 * r);
  t.true(Math.abs(said / rows - outcome.reduce((a, b) => a + b) / rows) < 0.003);
});

test('an alert stays open over two quiet days, closes on the third, and goes with the pump', (t) => {
  const latch = new AlertLatch({ open: 0.3, close: 0.1 });
  t.deepEqual(
    [0.2, 0.3, 0.2, 0.05, 0.05, 0.2, 0.05, 0.05, 0.05, 0.2].map((risk) => latch.push(risk)),
    [false, true, true, true, true, true, true, true, false, false],
  );
  latch.push(0.9);
  latch.reset();
  t.false(latch.push(0.2));
});
