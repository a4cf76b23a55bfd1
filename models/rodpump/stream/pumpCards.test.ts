/** Laws of the card at the pump in the stream: computed where the rods are known, else the controller's; what follows from it. */
import test from 'ava';
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { PumpCard } from '#schemas/records/pumpCard.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import { wellForTest } from '#pipelines/features/minuteSeries.js';
import { openPumpClassifier } from '../downhole/openPumpClassifier.js';
import type { PumpCondition } from '../wave/pumpModel.js';
import { rodString, steelSection, weightInFluidN } from '../wave/rodString.js';
import { simulateStroke } from '../wave/simulateStroke.js';
import { createCardFindingsOperator } from './cardFindingsOperator.js';
import { createPumpCardOperator, type DiagnosedCard, pumpCardScores } from './pumpCardOperator.js';

const t0 = Date.UTC(2026, 0, 1);
const everyMs = 600_000;
const well = wellForTest(1, { machineLearning: true });
const string = rodString([steelSection(1500, 22.2)]);
const classifier = await openPumpClassifier();
test.after.always(() => classifier.dispose());
const shipped = { active: () => classifier, shadows: () => [] };

/** Both cards of a stroke, as a controller sends them that does not know the pump's fillage. */
function strokeOf(nth: number, condition: PumpCondition): Record<PumpCard['place'], PumpCard> {
  const { surface, downhole } = simulateStroke({
    string,
    pump: { condition, fluidLoadN: 25_000, strokeM: 2.1, severity: 0.5, speedMS: 0.9, frictionN: 0 },
    periodS: 7.5,
    polishedRodM: (phase) => 1.27 * (1 - Math.cos(2 * Math.PI * phase)),
    dampingPerS: 0.2,
    steps: 40,
    strokes: 4,
    ...(condition === 'unanchored_tubing' ? { tubingNM: 2e5 } : {}),
  });
  const weightN = weightInFluidN(string, 0.95);
  const both = {
    well,
    lane: 'live',
    takenAtMs: t0 + nth * everyMs,
    strokesPerMinute: 8,
    fillage: null,
  } as const;
  return {
    surface: {
      ...both,
      place: 'surface',
      positionM: surface.positionM,
      loadKn: surface.loadN.map((n) => (n + weightN) / 1000),
    },
    // With a zero of its own.
    downhole: {
      ...both,
      place: 'downhole',
      positionM: downhole.positionM,
      loadKn: downhole.loadN.map((n) => n / 1000 - 4),
    },
  };
}

const rods: SiteRecord = {
  tenant: well.tenant,
  site: 's',
  recordId: 'pump',
  hlc: 1,
  tombstone: false,
  wellId: well.wellId,
  kind: 'EquipmentInstalled',
  body: {
    well: 'w',
    equipment: 'ROD_PUMP',
    installedMs: t0,
    rods: [{ lengthM: 1500, diameterMm: 22.2, grade: 'D' }],
    plungerMm: 44,
    pumpDepthM: 1500,
    fluidSg: 0.95,
  },
};

function stream(models: Parameters<typeof createPumpCardOperator>[0]['models'] = shipped) {
  const make = () => ({
    cards: createPumpCardOperator({ models, directory: { find: () => well } }),
    findings: createCardFindingsOperator(),
  });
  let operators = make();
  const seen: DiagnosedCard[] = [];
  const findings: Anomaly[] = [];
  const onCard = (card: DiagnosedCard): void => {
    seen.push(card);
    operators.findings.process(card, (finding) => findings.push(finding));
  };
  return {
    seen,
    findings,
    record: (value: SiteRecord) => operators.cards.process({ from: 'records', value }, onCard),
    cards(...cards: PumpCard[]) {
      for (const card of cards)
        operators.cards.process({ from: 'judgedCards', value: { card, surface: null } }, onCard);
      operators.cards.endCycle?.({ nowMs: 0 }, onCard);
    },
    move() {
      const next = make();
      for (const name of ['cards', 'findings'] as const)
        operators[name].state?.drainAll({
          put: (key, value) => next[name].state?.restore(key, value.slice()),
          remove: () => {},
        });
      operators = next;
    },
  };
}

const shown = (findings: readonly Anomaly[]) =>
  findings.map((f) => [f.detector, f.textKey, (f.startMs - t0) / everyMs, f.endMs === null]);

for (const moves of [false, true])
  test(`with rods from a record, a surface card tells fillage and condition at the pump${moves ? ', wherever its task moves' : ''}`, (t) => {
    const run = stream();
    run.record(rods);
    for (let nth = 0; nth < 4; nth++) {
      run.cards(strokeOf(nth, 'fluid_pound').surface);
      if (moves) run.move();
    }
    t.deepEqual(
      run.seen.map(({ pumpSays }) => pumpSays),
      ['fluid_pound', 'fluid_pound', 'fluid_pound', 'fluid_pound'],
    );
    t.deepEqual(shown(run.findings), [
      ['downhole-card', 'pump_fluid_pound', 0, true],
      ['pump-off', 'pumpedOff', 0, true],
    ]);
    const [first] = run.seen;
    t.true((first?.diagnosis?.pump?.fillage ?? 1) < 0.65);
    const [score] = pumpCardScores(first!);
    t.like(score, { model: 'pump-cards', version: classifier.version, shadow: false, atMs: t0 });
    t.true((score?.value ?? 0) > classifier.threshold);
    t.is(score?.contributions[0]?.tag, 'fluid_pound');
  });

test('a sound pump makes no finding, and its fillage no advice', (t) => {
  const run = stream();
  run.record(rods);
  for (let nth = 0; nth < 4; nth++) run.cards(strokeOf(nth, 'normal').surface);
  t.deepEqual(run.findings, []);
  t.true(run.seen.every(({ pump }) => pump !== null));
});

test('without rods the card at the pump that a controller sends is judged, on the scale of the surface card of its stroke', (t) => {
  const run = stream();
  for (let nth = 0; nth < 3; nth++) {
    const { surface, downhole } = strokeOf(nth, 'rod_part');
    run.cards(surface, downhole);
    run.move();
  }
  t.deepEqual(
    run.seen.map(({ card, pump, pumpSays }) => [card.place, pump !== null, pumpSays]),
    Array.from({ length: 3 }, () => [
      ['surface', false, ''],
      ['downhole', true, 'rod_part'],
    ]).flat(),
  );
  t.deepEqual(shown(run.findings), [['downhole-card', 'pump_rod_part', 0, true]]);
  t.is(run.findings[0]?.severity, 'critical');
  const alone = stream();
  alone.cards(strokeOf(0, 'rod_part').downhole);
  t.is(alone.seen[0]?.pump, null, 'without its surface card it has no scale');
});

test('of one stroke one card at the pump is judged: the one computed here, where the rods are known', (t) => {
  const run = stream();
  run.record(rods);
  const { surface, downhole } = strokeOf(0, 'fluid_pound');
  run.cards(surface, downhole);
  t.deepEqual(
    run.seen.map(({ pump }) => pump !== null),
    [true, false],
  );
});

test('a plan without machine learning has no opinion of the pump, but its fillage', (t) => {
  const run = stream();
  run.record(rods);
  const plain = { ...well, tenant: { ...well.tenant, machineLearning: false } };
  for (let nth = 0; nth < 3; nth++) run.cards({ ...strokeOf(nth, 'fluid_pound').surface, well: plain });
  t.true(run.seen.every(({ pump }) => pump === null));
  t.deepEqual(shown(run.findings), [['pump-off', 'pumpedOff', 0, true]]);
});

test('where the tubing was run without an anchor, its stretch is no finding', (t) => {
  const said = (anchored: boolean): string[] => {
    const run = stream();
    run.record({ ...rods, body: { ...rods.body, tubingAnchored: anchored } });
    run.cards(strokeOf(0, 'unanchored_tubing').surface);
    return run.seen.map(({ pumpSays }) => pumpSays);
  };
  t.deepEqual(said(true), ['unanchored_tubing']);
  t.deepEqual(said(false), ['']);
});

test('parted rods are said where the plunger lifts nothing; where it lifts fluid they are not, whatever the shape looks like', (t) => {
  const parted = stream();
  parted.record(rods);
  parted.cards(strokeOf(0, 'rod_part').surface);
  t.is(parted.seen[0]?.pumpSays, 'rod_part');
  const opinion = { top: [{ name: 'rod_part', p: 0.99 }], known: true, threshold: 0.5 };
  const deceived = { ...classifier, classify: (cards: readonly unknown[]) => cards.map(() => opinion) };
  const whole = stream({ active: () => deceived, shadows: () => [] });
  whole.record(rods);
  whole.cards(strokeOf(0, 'normal').surface, strokeOf(1, 'rod_part').surface);
  t.deepEqual(
    whole.seen.map(({ pumpSays }) => pumpSays),
    ['', 'rod_part'],
  );
});
