/** Laws of the card classifier: twins stay together, no number for what is no card, an artifact says what was fitted. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { needs } from '#ops/servers/needs.js';
import { type Backend, loadNative, loadWasm } from '../../serving/backend.js';
import { nativeState } from '../../serving/nativeState.js';
import { cardClasses } from './cardClasses.js';
import { cardInput, seriesPoints } from './cardInput.js';
import { cardMetrics, macroF1 } from './cardMetrics.js';
import { loadCards } from './cardArtifact.js';
import { evaluateCards, trainCards } from './evaluateCards.js';
import { dealFolds } from './folds.js';
import { rodString, steelSection, weightInFluidN } from '../wave/rodString.js';
import { simulateStroke } from '../wave/simulateStroke.js';
import { fitHead, scoreCard } from './kernelHead.js';
import { buildKernelNet, featuresOf } from './kernelNet.js';
import { opinionFacts } from './cardOpinionLines.js';
import { openCardClassifier } from './openCardClassifier.js';
import { twinGroups, twinsOf } from './twinGroups.js';

/** A card whose shape goes with its class, a little different each time. */
function card(label: number, nth: number, points = 200) {
  const phase = Array.from({ length: points }, (_, i) => (2 * Math.PI * i) / points);
  return {
    row: nth,
    label,
    positionM: Float64Array.from(phase, (p) => (1 - Math.cos(p)) * (1 + 0.1 * nth)),
    loadKn: Float64Array.from(phase, (p) => 30 + 8 * Math.sin(p) + 4 * Math.sin((label + 2) * p) + 2 * nth),
  };
}

const cards = cardClasses
  .slice(0, 4)
  .flatMap((_, label) => Array.from({ length: 8 }, (_, nth) => card(label, nth)));

function file(from = cards): string {
  const path = join(mkdtempSync(join(tmpdir(), 'balancin-cards-')), 'cards.tsv');
  const lines = from.map((c) => [cardClasses[c.label], c.positionM.join(','), c.loadKn.join(',')].join('\t'));
  writeFileSync(path, ['class\tposition_m\tload_kN', ...lines].join('\n'));
  return path;
}

test('twins, and twins of twins, share a fold', (t) => {
  const twin = { ...card(0, 0), row: 99 };
  const groups = twinGroups(twinsOf([...cards, twin]));
  t.is(groups[0], groups[cards.length]);
  const labels = [...cards, twin].map(({ label }) => label);
  const folds = dealFolds(labels, groups, { folds: 4, seed: 3 });
  t.is(folds[0], folds[cards.length]);
  t.deepEqual(folds, dealFolds(labels, groups, { folds: 4, seed: 3 }));
});

test('the number of points of a card is not seen', (t) => {
  const [few, many] = [card(1, 2, 250), card(1, 2, 1000)].map((c) => cardInput(c.positionM, c.loadKn)!);
  t.is(few!.series.length, seriesPoints * 5);
  for (const [i, value] of few!.series.entries()) t.true(Math.abs(value - many!.series[i]!) < 0.05);
});

test('what is no card has no input', (t) => {
  const { positionM, loadKn } = card(0, 0);
  t.is(cardInput(positionM.slice(0, 5), loadKn.slice(0, 5)), null);
  t.is(
    cardInput(
      positionM.map(() => 1),
      loadKn,
    ),
    null,
  );
  t.is(
    cardInput(
      positionM,
      loadKn.map(() => Number.NaN),
    ),
    null,
  );
  t.is(cardInput(positionM, loadKn.slice(1)), null);
});

test('of cards alike in shape, those of a like well count for more, but in the published baseline', (t) => {
  const shape = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i));
  const wells = [
    [1, 1, 1],
    [1.5, 0.8, 0.9],
  ];
  const taught = wells.map((absolute) => ({ features: shape, absolute }));
  const [, near] = wells.map((absolute) => ({ features: shape, absolute: absolute.map((v) => v + 0.005) }));
  const [first = 0, second = 0] = scoreCard(fitHead(taught, [0, 1], [1, 1], 2), near!);
  t.true(second > first + 0.1, `${second} and ${first}`);
  const [one = 0, other = 0] = scoreCard(fitHead(taught, [0, 1], [1, 1], 2, 'linear-ridge'), near!);
  t.true(Math.abs(one - other) < 1e-9);
});

test('macro-F1 of a table by hand', (t) => {
  // Class 0: 1 hit, 1 said too often; class 1: 1 hit of 2.
  t.is(macroF1([0, 0, 1], [0, 1, 1], 3), (2 / 3 + 2 / 3) / 2);
  const judged = [0, 1].map((label) => ({
    label,
    probabilities: Float64Array.from(cardClasses, (_, c) => (c === 0 ? 0.6 : c === 1 ? 0.4 : 0)),
    known: label === 0,
  }));
  t.like(cardMetrics(judged), { top2: 1, accuracy: 0.5, coverage: 0.5, accuracyAtCoverage: 1 });
});

test.serial('the net leaves no tensor behind', async (t) => {
  const backend = await loadWasm();
  const net = buildKernelNet(backend, 1);
  const inputs = cards.slice(0, 3).map((c) => cardInput(c.positionM, c.loadKn)!);
  featuresOf(backend, net, inputs);
  const before = backend.tf.memory().numTensors;
  featuresOf(backend, net, inputs);
  t.is(backend.tf.memory().numTensors, before);
});

test.serial('shapes that differ are told apart, by folds as by an artifact', async (t) => {
  const path = file();
  const byFolds = await evaluateCards({ data: path, folds: 4, seed: 0 });
  t.true(byFolds.macroF1 > 0.9, `${byFolds.macroF1}`);
  t.is(byFolds.rows.length, cards.length + 1);
  t.is(byFolds.rows[0], 'row,class,top1,p1,top2,p2,top3,p3');
  const folder = mkdtempSync(join(tmpdir(), 'balancin-card-model-'));
  await trainCards({ data: path, folder, created: '2026-01-01T00:00:00Z', seed: 0 });
  const other = file(cards.map((c) => ({ ...c, loadKn: c.loadKn.map((f) => f + 0.2) })));
  const byModel = await evaluateCards({ model: folder, test: other });
  const direct = await evaluateCards({ train: path, test: other, seed: 0 });
  t.deepEqual(byModel.rows, direct.rows);
  t.is(byModel.macroF1, 1);
});

test.serial('judged alone, a card with a twin among those learnt from is left out', async (t) => {
  const all = [...cards, { ...card(0, 0), row: 99 }];
  const alone = Int32Array.from(all.keys());
  const foldsOf = (seed: number) =>
    dealFolds(
      all.map(({ label }) => label),
      alone,
      { folds: 3, seed },
    );
  const seed = [0, 1, 2, 3, 4, 5].find((each) => foldsOf(each)[0] !== foldsOf(each).at(-1))!;
  const { cards: judged, rows } = await evaluateCards({ data: file(all), folds: 3, seed, isolated: true });
  t.is(judged, cards.length - 1);
  t.is(rows.length, judged + 1);
  t.false(rows.some((row) => row.startsWith('0,') || row.startsWith(`${cards.length},`)));
});

test.serial('a card of one point in a file is below the threshold, not an error', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'balancin-card-model-'));
  await trainCards({ data: file(), folder, created: '2026-01-01T00:00:00Z', seed: 0 });
  const point = { ...card(0, 0), positionM: Float64Array.of(0), loadKn: Float64Array.of(1) };
  const { rows, coverage } = await evaluateCards({ model: folder, test: file([point]) });
  t.regex(rows[1]!, /^0,DOUBLE_VALVE_LEAKAGE,[A-Z_]+,0\.0833/);
  t.is(coverage, 0);
});

test.serial('the shipped artifact loads, within its 5 MB', async (t) => {
  const { manifest, net, fitted } = await loadCards(
    await loadWasm(),
    import.meta.resolve('#models/rodpump/cards/artifact'),
  );
  t.is(manifest.model, 'surface-cards');
  t.is(fitted.head.supports.length, manifest.trainingData.rows);
  t.true(manifest.files['weights.bin'].bytes < 5 * 1024 * 1024);
  net.dispose();
});

test.serial(
  'cards of any form get probabilities or none, never an error: short, long, open, backwards, other units, still, NaN',
  async (t) => {
    const classifier = await openCardClassifier();
    const usual = card(2, 1);
    const forms: [string, { positionM: Float64Array; loadKn: Float64Array }, boolean][] = [
      ['as usual', usual, true],
      ['10 points', card(2, 1, 10), true],
      ['10 000 points', card(2, 1, 10_000), true],
      ['not closed', { positionM: usual.positionM.slice(0, 120), loadKn: usual.loadKn.slice(0, 120) }, true],
      ['backwards', { positionM: usual.positionM.toReversed(), loadKn: usual.loadKn.toReversed() }, true],
      ['in newtons', { ...usual, loadKn: usual.loadKn.map((f) => f * 1000) }, false],
      ['in inches', { ...usual, positionM: usual.positionM.map((x) => x * 39.37) }, false],
      ['of zero stroke', { ...usual, positionM: usual.positionM.map(() => 1) }, false],
      ['NaN', { ...usual, loadKn: usual.loadKn.map(() => Number.NaN) }, false],
    ];
    const opinions = classifier.classify(forms.map(([, form]) => form));
    for (const [i, [name, , isCard]] of forms.entries()) {
      const opinion = opinions[i]!;
      t.is(opinion.top.length, isCard ? 3 : 0, name);
      if (!isCard) t.false(opinion.known, name);
      for (const { p } of opinion.top) t.true(p >= 0 && p <= 1, name);
    }
    classifier.dispose();
  },
);

const native = nativeState();
const nativeTest = needs(
  test.serial,
  native.state === 'built' ? null : `the native binding is ${native.state}: ${native.remedy}`,
);

// Serial, as whatever runs beside it: a backend is the whole thread's.
nativeTest('the native library gives what WASM gives, within 1e-4', async (t) => {
  const by = async (backend: Backend) => {
    const classifier = await openCardClassifier({ backend });
    const opinions = classifier.classify(cards);
    classifier.dispose();
    return opinions;
  };
  const wasm = await by(await loadWasm());
  const native = await by(await loadNative());
  await loadWasm();
  for (const [i, opinion] of wasm.entries())
    for (const [k, { name, p }] of opinion.top.entries()) {
      t.is(native[i]!.top[k]!.name, name);
      t.true(Math.abs(native[i]!.top[k]!.p - p) <= 1e-4, `${native[i]!.top[k]!.p} and ${p}`);
    }
});

test('a leak of the tubing is asserted with a rate that falls short, never by the card alone', (t) => {
  const opinion = {
    top: [
      { name: 'OIL_ROD_LEAKAGE', p: 0.95 },
      { name: 'REGULAR_WORK', p: 0.05 },
    ],
    known: true,
    threshold: 0.9,
  };
  const said = (measuredM3D: number | null, displacementM3D: number | null = 50) =>
    opinionFacts(opinion, { measuredM3D, displacementM3D }).remarks[0];
  t.regex(said(20)!, /^Condition: leak of tubing/);
  t.regex(said(48)!, /^Condition: regular work by its rate/);
  t.regex(said(null)!, /^Condition: unknown.*measured_m3_d/);
  t.regex(said(20, null)!, /^Condition: unknown/);
  t.regex(
    opinionFacts({ ...opinion, known: false, threshold: 0.97 }, { measuredM3D: 20, displacementM3D: 50 })
      .remarks[0]!,
    /unknown; 95 % is less than the 97 %/,
  );
  t.regex(
    opinionFacts(undefined, { measuredM3D: null, displacementM3D: null }).remarks[0]!,
    /no whole stroke/,
  );
});

test('a card that is like none that taught is unknown, however sure the head: one made by the wave equation', async (t) => {
  const classifier = await openCardClassifier();
  t.teardown(() => classifier.dispose());
  const string = rodString([steelSection(500, 22.2), steelSection(700, 19.05)]);
  const weightN = weightInFluidN(string, 0.92);
  const { surface } = simulateStroke({
    string,
    pump: { condition: 'normal', fluidLoadN: 24_000, strokeM: 2.2, severity: 0, speedMS: 1, frictionN: 0 },
    periodS: 7.5,
    polishedRodM: (phase) => 1.1 * (1 - Math.cos(2 * Math.PI * phase)),
    dampingPerS: 0.18,
    steps: 50,
    strokes: 3,
  });
  const loadKn = surface.loadN.map((n) => (n + weightN) / 1000);
  const [opinion] = classifier.classify([{ positionM: surface.positionM, loadKn }]);
  t.false(opinion?.known, JSON.stringify(opinion?.top));
});
