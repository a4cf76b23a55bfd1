import test from 'ava';
import { seededRandom } from '../../flow-autoencoder/random.js';
import { readEquipment } from '../equipment.js';
import { handMadeWell, type Signals } from '../features/handMadeWell.fixture.js';
import { summaryNames, summaryWidth } from '../features/summaryRow.js';
import { WellFeatures } from '../features/wellFeatures.js';
import { fitBoosting, boostingDefaults } from '../model/gradientBoosting.js';
import { failureModes, operatingEvents } from '../modes.js';
import { adviceTexts } from './advice.texts.js';
import { channelShares, contributionsOf } from './contributions.js';
import { healthOf, wearOf } from './health.js';
import { rankWells } from './priority.js';
import { fitWeibull, kaplanMeier, type RunLife, weibullRisk, withFleetPrior } from './runLives.js';

test('every mode and event has its advice in both languages, and no start during backspin', (t) => {
  for (const language of ['es', 'en'] as const)
    t.deepEqual(Object.keys(adviceTexts[language]), [...failureModes, ...operatingEvents]);
  for (const mode of ['broken_shaft', 'gas_lock', 'plugged_intake', 'reverse_rotation'] as const)
    for (const language of ['es', 'en'] as const) t.regex(adviceTexts[language][mode].notToDo, /backspin/);
});

test('survival by hand: a censored life leaves, a life met half-way enters late', (t) => {
  const lives: RunLife[] = [
    { fromDays: 0, toDays: 100, failed: true },
    { fromDays: 0, toDays: 150, failed: false },
    { fromDays: 120, toDays: 200, failed: true },
    { fromDays: 0, toDays: 300, failed: false },
  ];
  t.deepEqual(
    kaplanMeier(lives).map((s) => [s.days, s.atRisk, s.failed, Number(s.surviving.toFixed(6))]),
    [
      [100, 3, 1, 0.666667],
      [200, 2, 1, 0.333333],
    ],
  );
});

test('a Weibull fit finds the shape of lives that were met half-way and censored', (t) => {
  const random = seededRandom(3);
  const lives = Array.from({ length: 4000 }, (): RunLife | null => {
    const life = 800 * (-Math.log(1 - random())) ** (1 / 1.6);
    const fromDays = 500 * random();
    const pulled = fromDays + 900 * random();
    if (life <= fromDays) return null;
    return { fromDays, toDays: Math.min(life, pulled), failed: life <= pulled };
  }).filter((l) => l !== null);
  const { shape, scaleDays } = fitWeibull(lives) ?? { shape: 0, scaleDays: 0 };
  t.true(Math.abs(shape - 1.6) < 0.12 && Math.abs(scaleDays - 800) < 40, `${shape} ${scaleDays}`);
  t.is(fitWeibull(lives.filter((l) => !l.failed)), null);
});

test('the risk of a Weibull of shape 1 has no memory; of shape 2 it grows with age', (t) => {
  const [young, old] = [
    weibullRisk({ shape: 1, scaleDays: 500 }, 10, 30),
    weibullRisk({ shape: 1, scaleDays: 500 }, 900, 30),
  ];
  t.true(Math.abs(young - old) < 1e-12 && Math.abs(young - (1 - Math.exp(-30 / 500))) < 1e-12);
  t.true(
    weibullRisk({ shape: 2, scaleDays: 500 }, 900, 30) >
      3 * weibullRisk({ shape: 2, scaleDays: 500 }, 100, 30),
  );
});

test('a well just met leans on its fleet, one well known does not', (t) => {
  t.is(Number(withFleetPrior(0.4, 0.01, 1).toFixed(9)), 0.4);
  const young = withFleetPrior(0.4, 0.01, 0);
  t.true(young > 0.01 && young < 0.1);
});

test('wells are ranked by expected loss; pulled wells and those without a rate leave', (t) => {
  const well = (name: string, risk7: number, deferredM3D: number, producing = true) => ({
    well: name,
    risk7,
    deferredM3D,
    expectedDaysDown: 10,
    producing,
  });
  const ranked = rankWells([
    well('a', 0.1, 100),
    well('b', 0.5, 50),
    well('c', 0.9, 900, false),
    well('d', 0.2, Number.NaN),
  ]);
  t.deepEqual(
    ranked.map((w) => [w.well, w.expectedLossM3]),
    [
      ['b', 250],
      ['a', 100],
    ],
  );
});

function lived(late: Signals): WellFeatures {
  const well = new WellFeatures(readEquipment({}));
  const row = handMadeWell(5);
  const startMs = Date.UTC(2025, 0, 1, 6);
  for (let h = 0; h < 24 * 16; h += 0.5) well.push(startMs + h * 3_600_000, row(h < 24 * 12 ? {} : late));
  well.advance(startMs + 16 * 86_400_000);
  return well;
}

test('penalties sum to what health lacks, and name what is wrong', (t) => {
  const worn = healthOf(
    wearOf(lived({ 'esp.pdp': 15_000, 'esp.vx': 0.3, 'esp.vy': 0.3, 'esp.vz': 0.3 })),
    0.3,
  );
  t.is(
    worn.penalties.reduce((sum, p) => sum + p.points, 0),
    100 - worn.health,
  );
  for (const name of ['risk', 'head', 'vibration'] as const)
    t.true(
      worn.penalties.some((p) => p.name === name),
      name,
    );
  t.true(healthOf(wearOf(lived({})), 0.005).health >= 95);
  t.true(healthOf(wearOf(lived({})), 1).health >= 0);
});

test('what raises the risk is named by channel, with yesterday beside it', (t) => {
  const random = seededRandom(1);
  const rows = 400;
  const at = summaryNames.indexOf('vibration.week');
  const values = Float32Array.from({ length: rows * summaryWidth }, (_, i) =>
    i % summaryWidth === at ? random() : 0,
  );
  const outcome = Float32Array.from({ length: rows }, (_, r) =>
    (values[r * summaryWidth + at] as number) > 0.5 ? 1 : 0,
  );
  const trees = fitBoosting(
    { values, rows, width: summaryWidth, outcome },
    { ...boostingDefaults, trees: 20, featureShare: 1 },
  );
  const day = (x: number): Float32Array => new Float32Array(summaryWidth).fill(0).fill(x, at, at + 1);
  const [first] = contributionsOf(
    channelShares([trees], day(0.9)),
    channelShares([trees], day(0.1)),
    day(0.9),
  );
  t.is(first?.channel, 'vibration');
  t.true((first?.share ?? 0) > 0 && (first?.shareYesterday ?? 1) < 0);
  t.true(Math.abs((first?.week ?? 0) - 0.9) < 1e-6);
});
