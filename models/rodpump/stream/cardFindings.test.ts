/** Laws of cards in the stream: batches, rows of cards before a finding, the pump-off rule, state that moves. */
import test from 'ava';
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { PumpCard } from '#schemas/records/pumpCard.js';
import { pumpTextKey } from '#pipelines/cards/pumpConditionTexts.js';
import { findingText } from '#pipelines/detect/findingText.js';
import { wellForTest } from '#pipelines/features/minuteSeries.js';
import type { CardClassifier, CardOpinion } from '../cards/openCardClassifier.js';
import { downholeModes } from '../downhole/downholeModes.js';
import { createCardFindingsOperator } from './cardFindingsOperator.js';
import { type CardSayings } from './cardModels.js';
import { cardScores, createCardScoreOperator, type JudgedCard } from './cardScoreOperator.js';
import type { DiagnosedCard } from './pumpCardOperator.js';

const t0 = 1_790_000_000_000;
const threshold = 0.9;

function opinion(name: string, p = 0.95): CardOpinion {
  return { top: [{ name, p }], known: p >= threshold, threshold };
}

function stroke(points: number) {
  const phase = Float64Array.from({ length: points }, (_, i) => (2 * Math.PI * i) / points);
  return { positionM: phase.map((p) => 1 - Math.cos(p)), loadKn: phase.map((p) => 30 + 10 * Math.sin(p)) };
}

function cardAt(nth: number, over: Partial<PumpCard> = {}): PumpCard {
  return {
    well: wellForTest(1, { machineLearning: true }),
    lane: 'live',
    takenAtMs: t0 + nth * 600_000,
    place: 'surface',
    ...stroke(200),
    strokesPerMinute: 6,
    fillage: null,
    ...over,
  };
}

const saidOf = (said: CardOpinion | null | undefined): CardSayings | null =>
  said === null || said === undefined ? null : { opinion: said, model: 'm', version: '1', shadows: [] };
const only = (classifier: CardClassifier) => ({ active: () => classifier, shadows: () => [] });

/** Findings of a row of cards; `moves` says after which cards the task moves elsewhere. */
function findingsOf(
  judged: readonly (Partial<PumpCard> & {
    readonly said?: CardOpinion | null;
    readonly atPump?: CardOpinion;
  })[],
  moves: (nth: number) => boolean = () => false,
): Anomaly[] {
  let operator = createCardFindingsOperator();
  const out: Anomaly[] = [];
  for (const [nth, { said = null, atPump, ...over }] of judged.entries()) {
    const pump = saidOf(atPump);
    const known = pump?.opinion.known === true ? (pump.opinion.top[0]?.name ?? '') : '';
    const one: DiagnosedCard = {
      card: cardAt(nth, over),
      surface: saidOf(said),
      diagnosis: null,
      pump,
      pumpSays: known === 'normal' ? '' : known,
    };
    operator.process(one, (finding) => out.push(finding));
    if (!moves(nth)) continue;
    const next = createCardFindingsOperator();
    operator.state?.drainAll({
      put: (key, value) => next.state?.restore(key, value.slice()),
      remove: () => {},
    });
    operator = next;
  }
  return out;
}

const shown = (findings: readonly Anomaly[]) =>
  findings.map((f) => [
    f.detector,
    f.textKey,
    (f.startMs - t0) / 600_000,
    f.endMs === null ? null : (f.endMs - t0) / 600_000,
  ]);

test('three cards in a row open a finding at the first of them, three others end it; unknown is no row', (t) => {
  const broken = { said: opinion('ROD_BROKEN') };
  const fine = { said: opinion('REGULAR_WORK') };
  const unknown = { said: opinion('ROD_BROKEN', 0.5) };
  const noCard = { said: { top: [], known: false, threshold } };
  t.deepEqual(shown(findingsOf([broken, broken, fine, broken, broken])), []);
  t.deepEqual(shown(findingsOf([broken, unknown, broken, unknown, broken])), []);
  const whole = [fine, broken, broken, noCard, broken, broken, fine, broken, fine, unknown, fine, fine];
  const findings = findingsOf(whole);
  t.deepEqual(shown(findings), [
    ['pump-card', 'ROD_BROKEN', 1, null],
    ['pump-card', 'ROD_BROKEN', 1, 10],
  ]);
  t.is(findings[0]?.severity, 'critical');
  t.is(findings[0]?.anomalyId, findings[1]?.anomalyId);
  t.deepEqual(
    findingsOf(whole, (nth) => nth % 2 === 0),
    findings,
  );
});

test('cards at the pump make findings of their own row, beside those of the surface', (t) => {
  const parted = { said: opinion('REGULAR_WORK'), atPump: opinion('rod_part') };
  const fine = { said: opinion('REGULAR_WORK'), atPump: opinion('normal') };
  const findings = findingsOf(
    [parted, fine, parted, parted, parted, fine, fine, fine],
    (nth) => nth % 2 === 1,
  );
  t.deepEqual(shown(findings), [
    ['downhole-card', 'pump_rod_part', 2, null],
    ['downhole-card', 'pump_rod_part', 2, 7],
  ]);
  t.is(findings[0]?.severity, 'critical');
  for (const language of ['es', 'en'] as const)
    for (const mode of downholeModes)
      t.not(findingText('downhole-card', pumpTextKey(mode), language), pumpTextKey(mode));
});

test('a leak of the tubing is no finding by cards alone, however sure and often', (t) => {
  t.deepEqual(findingsOf(Array.from({ length: 9 }, () => ({ said: opinion('OIL_ROD_LEAKAGE', 0.99) }))), []);
});

test('pump-off comes after three low strokes, with gas after twelve, and ends with a full one', (t) => {
  const low = { fillage: 0.4 };
  const whole = [low, low, { fillage: 0.9 }, low, low, low, low, { fillage: 0.95 }];
  const findings = findingsOf(whole);
  t.deepEqual(shown(findings), [
    ['pump-off', 'pumpedOff', 3, null],
    ['pump-off', 'pumpedOff', 3, 7],
  ]);
  t.deepEqual(
    findingsOf(whole, (nth) => nth % 3 === 1),
    findings,
  );
  const gassy = { fillage: 0.4, said: opinion('GAS_EFFECTIVE', 0.6) };
  t.deepEqual(shown(findingsOf(Array.from({ length: 11 }, () => gassy))), []);
  t.deepEqual(shown(findingsOf(Array.from({ length: 12 }, () => gassy))), [['pump-off', 'gas', 0, null]]);
});

test('historical cards make no finding', (t) => {
  const past = { lane: 'backfill' as const, said: opinion('ROD_BROKEN'), fillage: 0.1 };
  t.deepEqual(findingsOf([past, past, past, past]), []);
});

test('cards are judged in batches of 64 in their order, the rest at the end of the cycle', (t) => {
  const batches: number[] = [];
  const classifier: CardClassifier = {
    model: 'surface-cards',
    version: '2.x',
    threshold,
    classify(cards) {
      batches.push(cards.length);
      return cards.map(() => opinion('LIQUID_NOT_ENOUGH'));
    },
    dispose: () => {},
  };
  const operator = createCardScoreOperator(only(classifier));
  const out: JudgedCard[] = [];
  for (let nth = 0; nth < 150; nth++) operator.process(cardAt(nth), (judged) => out.push(judged));
  operator.process(cardAt(150, { place: 'downhole' }), (judged) => out.push(judged));
  operator.process(cardAt(151, { well: wellForTest(2, { machineLearning: false }) }), (judged) =>
    out.push(judged),
  );
  operator.endCycle?.({ nowMs: 0 }, (judged) => out.push(judged));
  t.deepEqual(batches, [64, 64, 22]);
  t.deepEqual(
    out.map(({ card }) => card.takenAtMs),
    Array.from({ length: 152 }, (_, nth) => t0 + nth * 600_000),
  );
  t.like(cardScores(out[0]!)[0], { model: 'surface-cards', version: '2.x', value: 0.95, threshold });
  t.deepEqual([...cardScores(out[150]!), ...cardScores(out[151]!)], []);
  t.is(cardScores({ ...out[0]!, surface: saidOf(opinion('REGULAR_WORK')) })[0]?.value, 0);
});

test('what shows no whole stroke is not judged, what runs backwards is turned round', (t) => {
  const seen: number[][] = [];
  const classifier: CardClassifier = {
    model: 'surface-cards',
    version: '2.x',
    threshold,
    classify(cards) {
      seen.push(...cards.map(({ loadKn }) => Array.from(loadKn)));
      return cards.map(() => opinion('LIQUID_NOT_ENOUGH'));
    },
    dispose: () => {},
  };
  const good = stroke(200);
  const forms: readonly [string, Partial<PumpCard>, boolean][] = [
    ['as usual', good, true],
    ['10 points', stroke(10), false],
    ['10 000 points', stroke(10_000), true],
    ['not closed', { positionM: good.positionM.slice(0, 120), loadKn: good.loadKn.slice(0, 120) }, false],
    ['backwards', { positionM: good.positionM.toReversed(), loadKn: good.loadKn.toReversed() }, true],
    ['in newtons', { loadKn: good.loadKn.map((kn) => kn * 1000) }, false],
    ['in inches', { positionM: good.positionM.map((m) => m * 39.37) }, false],
    ['of zero stroke', { positionM: good.positionM.map(() => 1) }, false],
    ['NaN', { loadKn: good.loadKn.map(() => Number.NaN) }, false],
    ['empty', { positionM: new Float64Array(0), loadKn: new Float64Array(0) }, false],
  ];
  const operator = createCardScoreOperator(only(classifier));
  const out: JudgedCard[] = [];
  for (const [nth, [, form]] of forms.entries())
    operator.process(cardAt(nth, form), (judged) => out.push(judged));
  operator.endCycle?.({ nowMs: 0 }, (judged) => out.push(judged));
  for (const [i, [name, , judged]] of forms.entries()) {
    t.is(out[i]!.surface!.opinion.top.length > 0, judged, name);
    t.is(cardScores(out[i]!).length > 0, judged, name);
  }
  t.is(seen.length, 3);
  for (const [i, load] of seen[2]!.entries()) t.true(Math.abs(load - seen[0]![i]!) < 0.4);
});
