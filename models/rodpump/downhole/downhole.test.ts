/** Laws of the classifier of downhole cards: simulated wells it never saw, no opinion of what is no card, an artifact by seed. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { loadWasm } from '../../serving/backend.js';
import { seriesPoints } from '../cards/cardInput.js';
import { cheapFigures, nearestLabels } from './cheapFigures.js';
import { type DownholeCard, downholeInput } from './downholeInput.js';
import { downholeModes } from './downholeModes.js';
import { evaluatePumpCards } from './evaluatePumpCards.js';
import { openPumpClassifier } from './openPumpClassifier.js';
import { pumpOpinionFacts } from './pumpOpinionLines.js';
import { drawStrokes, strokeSettings } from './randomStroke.js';
import { trainPumpCards } from './trainPumpCards.js';

/** A loop at the pump as a rectangle with round corners. */
function loop(strokeM: number, rangeKn: number, over: Partial<DownholeCard> = {}): DownholeCard {
  const phase = Array.from({ length: 120 }, (_, i) => (2 * Math.PI * i) / 120);
  return {
    positionM: phase.map((p) => (strokeM / 2) * (1 - Math.cos(p))),
    loadKn: phase.map((p) => (rangeKn / 2) * (1 + Math.tanh(6 * Math.sin(p)))),
    surfaceStrokeM: 3,
    surfaceRangeKn: 40,
    rodWeightKn: 50,
    ...over,
  };
}

test('wells are drawn alike for a seed, all conditions by turns, and every figure is a number', (t) => {
  for (const setting of ['usual', 'shifted'] as const) {
    const drawn = drawStrokes(strokeSettings[setting], 2 * downholeModes.length, 5);
    t.deepEqual(drawn.slice(0, 2), drawStrokes(strokeSettings[setting], 2, 5));
    t.deepEqual(
      drawn.map(({ condition }) => condition),
      [...downholeModes, ...downholeModes],
    );
    // Gas once made no number of a plunger that went deeper than in its last stroke.
    for (const { condition, loadN } of drawn) t.true(loadN.every(Number.isFinite), condition);
  }
});

test('a stroke or a load that is next to none is not blown up to a shape', (t) => {
  const heights = (card: DownholeCard, channel: number) => {
    const { series } = downholeInput(card)!;
    const values = Array.from({ length: seriesPoints }, (_, i) => series[i * 5 + channel]!);
    return Math.max(...values) - Math.min(...values);
  };
  t.true(heights(loop(2.5, 20), 0) > 1.9 && heights(loop(2.5, 20), 1) > 1.9);
  t.true(heights(loop(0.02, 20), 0) < 0.2);
  t.true(heights(loop(2.5, 0.3), 1) < 0.2);
});

test.serial('what is no loop of numbers gets no opinion', async (t) => {
  const classifier = await openPumpClassifier();
  const good = loop(2.5, 20);
  const none: DownholeCard[] = [
    { ...good, loadKn: [] },
    { ...good, positionM: good.positionM.slice(0, 5), loadKn: good.loadKn.slice(0, 5) },
    { ...good, loadKn: Array.from(good.loadKn, () => Number.NaN) },
    { ...good, surfaceStrokeM: 0 },
    { ...good, surfaceRangeKn: Number.NaN },
  ];
  const opinions = classifier.classify([...none, good]);
  for (const opinion of opinions.slice(0, -1)) t.like(opinion, { top: [], known: false });
  t.is(opinions.at(-1)!.top.length, 3);
  t.deepEqual(pumpOpinionFacts(opinions[0]), { facts: [], remarks: [] });
  classifier.dispose();
});

test.serial('the shipped artifact tells simulated wells that it never saw', async (t) => {
  for (const { setting, macroF1, f1, cards } of await evaluatePumpCards({ cards: 33, seed: 77 })) {
    t.true(cards >= 32);
    t.true(macroF1 > 0.9, `${setting}: ${macroF1}`);
    t.deepEqual(Object.keys(f1), [...downholeModes]);
  }
});

test.serial('a training is the same for a seed and leaves no tensor behind', async (t) => {
  const { tf } = await loadWasm();
  const weights = async (seed: number) => {
    const folder = mkdtempSync(join(tmpdir(), 'balancin-pump-model-'));
    await trainPumpCards({ folder, created: '2026-01-01T00:00:00Z', seed, cards: 22, epochs: 2 });
    return readFileSync(join(folder, 'weights.bin'));
  };
  const first = await weights(0);
  const before = tf.memory().numTensors;
  t.deepEqual(await weights(0), first);
  t.is(tf.memory().numTensors, before);
  t.notDeepEqual(await weights(1), first);
});

test('the nearest cards vote', (t) => {
  const known = [
    ...[1, 1.1, 1.2].map((x) => ({ figures: Float64Array.of(x, 0), label: 0 })),
    ...[3, 3.1, 3.2].map((x) => ({ figures: Float64Array.of(x, 0), label: 1 })),
  ];
  t.deepEqual(nearestLabels(known, [Float64Array.of(0.9, 0), Float64Array.of(3.3, 0)], 2), [0, 1]);
  t.is(cheapFigures(loop(2.5, 20)).length, 13);
});

test('an opinion that is not sure is said as unknown', (t) => {
  const top = [
    { name: 'gas_lock', p: 0.6 },
    { name: 'rod_part', p: 0.4 },
  ];
  t.regex(pumpOpinionFacts({ top, known: false, threshold: 0.8 }).remarks[0]!, /unknown; 60 %.*80 %/);
  t.regex(pumpOpinionFacts({ top, known: true, threshold: 0.5 }).remarks[0]!, /gas lock; first check: bleed/);
  const parted = { top: [{ name: 'rod_part', p: 1 }], known: true, threshold: 0.5 };
  t.regex(pumpOpinionFacts(parted).remarks[0]!, /rods parted; first check: stop/);
  t.regex(pumpOpinionFacts(parted, 10.6).remarks[0]!, /not said: the plunger lifts 10.6 kN/);
});
