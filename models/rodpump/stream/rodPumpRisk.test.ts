/** Laws of the risk of rod pumps: each failure by its own signs, never by another's; nothing of a sound well; state that moves. */
import test from 'ava';
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { PumpCard } from '#schemas/records/pumpCard.js';
import type { RodPumpRisk } from '#schemas/records/rodPumpRisk.js';
import type { SiteRecord, SiteRecordKind } from '#schemas/records/siteRecord.js';
import { findingText } from '#pipelines/detect/findingText.js';
import { wellForTest } from '#pipelines/features/minuteSeries.js';
import { seededRandom } from '../../flow-autoencoder/random.js';
import { rodPumpModes, trendRisk } from '../risk/trendRisk.js';
import type { PumpModel } from '../wave/pumpModel.js';
import { rodString, steelSection, weightInFluidN } from '../wave/rodString.js';
import { simulateStroke } from '../wave/simulateStroke.js';
import type { PumpClassifier } from '../downhole/openPumpClassifier.js';
import { createPumpCardOperator, type DiagnosedCard } from './pumpCardOperator.js';
import { createRodPumpRiskOperator, type RodPumpRiskInput } from './rodPumpRiskOperator.js';

const dayMs = 86_400_000;
const t0 = Date.UTC(2026, 0, 1);
const well = wellForTest(1, { machineLearning: true });
const periodS = 7.5;
const rods = [{ lengthM: 1500, diameterMm: 22.2, grade: 'D' }];
const string = rodString([steelSection(1500, 22.2)]);

const silent: PumpClassifier = {
  model: 'pump-cards',
  version: '1',
  threshold: 1,
  classify: (cards) => cards.map(() => ({ top: [], known: false, threshold: 1 })),
  dispose: () => {},
};
const noModels = { active: () => silent, shadows: () => [] };

/** A card at noon of a day. */
function cardOf(day: number, pump: Partial<PumpModel> = {}, random = () => 0.5): PumpCard {
  const { surface } = simulateStroke({
    string,
    pump: {
      condition: 'normal',
      fluidLoadN: 25_000,
      strokeM: 2.1,
      severity: 0,
      speedMS: 0.9,
      frictionN: 0,
      ...pump,
    },
    periodS,
    polishedRodM: (phase) => 1.27 * (1 - Math.cos(2 * Math.PI * phase)),
    dampingPerS: 0.2,
    steps: 30,
    strokes: 3,
  });
  const weightN = weightInFluidN(string, 0.95);
  const scale = 1 + 0.02 * (random() - 0.5);
  return {
    well,
    lane: 'live',
    takenAtMs: t0 + day * dayMs + dayMs / 2,
    place: 'surface',
    positionM: surface.positionM,
    loadKn: surface.loadN.map((n) => ((n + weightN) * scale) / 1000),
    strokesPerMinute: 60 / periodS,
    fillage: 1,
  };
}

function recordOf(kind: SiteRecordKind, body: Readonly<Record<string, unknown>>): SiteRecord {
  const { tenant } = well;
  const at = { tenant, site: 's', recordId: kind, hlc: 1, tombstone: false, wellId: well.wellId };
  return { ...at, kind, body: { well: 'w', ...body } };
}

const installed = recordOf('EquipmentInstalled', {
  equipment: 'ROD_PUMP',
  installedMs: t0 - dayMs,
  rods,
  plungerMm: 44,
  pumpDepthM: 1500,
  fluidSg: 0.95,
});
const rateOf = (day: number, oilM3: number) =>
  recordOf('DailyProduction', { day: t0 / dayMs + day, oilM3, waterM3: 10, onHours: 24 });

interface Day {
  readonly card?: PumpCard | null;
  readonly records?: readonly SiteRecord[];
}

/** Runs days one by one; `moves` says after which the task moves elsewhere. */
function run(days: readonly Day[], moves: (day: number) => boolean = () => false) {
  const directory = { find: () => well };
  const make = () => ({
    cards: createPumpCardOperator({ models: noModels, directory }),
    risk: createRodPumpRiskOperator({ directory }),
  });
  let operators = make();
  const risks: RodPumpRisk[] = [];
  const findings: Anomaly[] = [];
  const feed = (input: RodPumpRiskInput) =>
    operators.risk.process(input, (outcome) => {
      if (outcome.kind === 'risk') risks.push(outcome.risk);
      else findings.push(outcome.finding);
    });
  for (const [day, { card = null, records = [] }] of days.entries()) {
    const onCard = (value: DiagnosedCard): void => feed({ from: 'pumpCards', value });
    for (const value of records) {
      operators.cards.process({ from: 'records', value }, onCard);
      feed({ from: 'records', value });
    }
    if (card !== null)
      operators.cards.process({ from: 'judgedCards', value: { card, surface: null } }, onCard);
    operators.cards.endCycle?.({ nowMs: 0 }, onCard);
    if (!moves(day)) continue;
    const next = make();
    for (const name of ['cards', 'risk'] as const)
      operators[name].state?.drainAll({
        put: (key, value) => next[name].state?.restore(key, value.slice()),
        remove: () => {},
      });
    operators = next;
  }
  return { risks, findings };
}

/** 40 days; from day 22 on a share 0–1 grows that `pump` makes a pump of, and `oilM3` a rate. */
function story(
  pump: (grown: number) => Partial<PumpModel>,
  oilM3: ((grown: number) => number) | null,
): Day[] {
  const random = seededRandom(3);
  return Array.from({ length: 40 }, (_, day) => {
    const grown = Math.max(0, (day - 22) / 17);
    return {
      card: cardOf(day, pump(grown), random),
      records: [
        ...(day === 0 ? [installed] : []),
        ...(oilM3 === null ? [] : [rateOf(day, oilM3(grown) * (1 + 0.04 * (random() - 0.5)))]),
      ],
    };
  });
}

const sound = story(
  () => ({}),
  () => 40,
);

test('a sound well stays near the usual risk and raises nothing', (t) => {
  const { risks, findings } = run(sound);
  t.deepEqual(findings, []);
  // Seven usual days, a gap of four and three recent ones come first.
  t.is(risks[0]!.atMs, t0 + 14 * dayMs + dayMs / 4);
  t.is(risks.length, 26);
  for (const { risk, coverage } of risks) t.true(risk < 0.1 && coverage > 0.6, `${risk} ${coverage}`);
});

const failures = {
  valve_leak: story(
    (grown) => ({ condition: 'travelling_valve_leak', severity: 0.7 * grown }),
    () => 40,
  ),
  stuck_pump: story(
    (grown) => ({ frictionN: 9000 * grown }),
    () => 40,
  ),
  rod_part: story(
    (grown) => ({ fluidLoadN: 25_000 * (1 + 0.6 * grown), strokeM: 2.1 }),
    () => 40,
  ),
  tubing_leak: story(
    () => ({}),
    (grown) => 40 * (1 - 0.5 * grown),
  ),
} as const;

for (const mode of rodPumpModes)
  test(`${mode}: one finding by its own signs, before its worst, wherever the task moves`, (t) => {
    const { risks, findings } = run(failures[mode]);
    t.deepEqual(
      findings.map(({ textKey, endMs }) => [textKey, endMs]),
      [[mode, null]],
    );
    t.true(findings[0]!.startMs > t0 + 22 * dayMs && findings[0]!.startMs < t0 + 39 * dayMs);
    t.is(risks.at(-1)!.mode, mode);
    t.true(risks.at(-1)!.contributions.length > 0);
    t.deepEqual(
      run(failures[mode], (day) => day % 3 === 0),
      { risks, findings },
    );
  });

test('a leak of the tubing is never said without a rate', (t) => {
  const { risks, findings } = run(failures.tubing_leak.map(({ card }) => ({ card: card ?? null })));
  t.deepEqual(findings, []);
  for (const { modes, missing } of risks) {
    t.is(modes['tubing_leak'], 0.01);
    t.true(missing.includes('rateM3D'));
  }
});

test('a rate that falls with the card is the card’s, not the tubing’s', (t) => {
  const both = story(
    (grown) => ({ condition: 'travelling_valve_leak', severity: 0.7 * grown }),
    (grown) => 40 * (1 - 0.5 * grown),
  );
  t.is(run(both).findings[0]?.textKey, 'valve_leak');
});

test('without rods what needs them is named as missing, and loads still tell', (t) => {
  const bare = failures.valve_leak.map(({ card }) => ({ card: card ?? null }));
  const { risks, findings } = run(bare);
  t.is(findings[0]?.textKey, 'valve_leak');
  for (const name of ['goodman', 'fluidLoadKn', 'displacementM3D'])
    t.true(risks[0]!.missing.includes(name), name);
});

test('another pump begins anew, and a repaired one closes the finding', (t) => {
  const pulled = recordOf('EquipmentPulled', { equipment: 'ROD_PUMP', pulledMs: t0 + 20 * dayMs });
  const days = sound.map((each, day) =>
    day === 20 ? { ...each, records: [...(each.records ?? []), pulled] } : each,
  );
  t.deepEqual(
    run(days)
      .risks.map(({ atMs }) => Math.floor((atMs - t0) / dayMs))
      .filter((day) => day > 20),
    [34, 35, 36, 37, 38, 39],
  );
  const mended = [
    ...failures.valve_leak,
    ...sound.slice(0, 12).map(({ card }, i) => ({
      card: card === null || card === undefined ? null : { ...card, takenAtMs: t0 + (40.5 + i) * dayMs },
    })),
  ];
  const { findings } = run(mended);
  t.is(findings.length, 2);
  t.is(findings[1]!.anomalyId, findings[0]!.anomalyId);
  t.true(findings[1]!.endMs! > t0 + 40 * dayMs);
});

test('what is no card, is of the past or of the pump leaves nothing behind', (t) => {
  const bad = (card: PumpCard): PumpCard[] => [
    { ...card, loadKn: card.loadKn.map(() => Number.NaN) },
    { ...card, loadKn: card.loadKn.map((kn) => kn * 1000) },
    { ...card, positionM: card.positionM.map(() => 1) },
    { ...card, positionM: card.positionM.slice(0, 5), loadKn: card.loadKn.slice(0, 5) },
    { ...card, lane: 'backfill', loadKn: card.loadKn.map((kn) => kn * 2) },
    { ...card, place: 'downhole', loadKn: card.loadKn.map((kn) => kn * 2) },
  ];
  const { risks } = run(sound);
  const mixed = sound.flatMap(({ card, records }) => [
    { card: card ?? null, records: records ?? [] },
    ...(card === null || card === undefined ? [] : bad(card).map((each) => ({ card: each }))),
  ]);
  t.deepEqual(run(mixed).risks, risks);
});

test('each mode has its sentence in both languages, and no trend no risk', (t) => {
  for (const mode of rodPumpModes)
    for (const language of ['es', 'en'] as const) t.not(findingText('pump-risk', mode, language), mode);
  t.is(trendRisk({}), null);
});
