/** Laws of the ranking of ESPs: every factor shown, who leaves and why, the fleet as prior, both languages. */
import test from 'ava';
import { channelDistance, channelName, namedChannels } from '#models/esp/output/channels.texts.js';
import { penaltyNames } from '#models/esp/output/health.js';
import { type EspRanking, rankEsps } from './espRanking.js';
import { espPicture, explainingChannels } from './espPicture.js';
import { espTexts } from './espRisk.texts.js';
import { closingLines, espLines } from './espRiskLines.js';
import { rankingTable } from './espRankingTable.js';
import type { EspRiskRow } from './readEspRisks.js';
import type { EspOutcomeRecord } from './readOutcomes.js';
import { runLivesOf } from './runLivesOf.js';
import { sampleRow } from './sampleEsps.fixture.js';

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 4, 14, 12);
const sixMs = Date.UTC(2026, 4, 14, 6);

function ranking(
  rows: readonly EspRiskRow[],
  records: readonly EspOutcomeRecord[] = [],
  recordedOil: ReadonlyMap<number, number> = new Map(),
): EspRanking {
  return rankEsps({
    rows,
    records,
    recordedOil,
    daysDown: { bySite: new Map([['sur', 21]]), others: 8 },
    nowMs,
  });
}

const pulled = (wellId: number, atMs: number, failed = true): EspOutcomeRecord => ({
  kind: 'pulled',
  wellId,
  atMs,
  failedMs: failed ? atMs - dayMs : null,
  reason: failed ? 'FAILURE' : 'OTHER',
  mode: null,
  cause: null,
  finding: 'NOT_INSPECTED',
});
const installed = (wellId: number, atMs: number, toldMs = atMs): EspOutcomeRecord => ({
  kind: 'installed',
  wellId,
  atMs,
  toldMs,
});

test('ESPs are ranked by risk × m³/d × days, and each that leaves says why', (t) => {
  const { ranked, left } = ranking(
    [
      sampleRow({ wellId: 1, risk7: 0.1, deferredM3PerDay: 300 }, sixMs),
      sampleRow({ wellId: 2, risk7: 0.5, deferredM3PerDay: 50 }, sixMs),
      sampleRow({ wellId: 3, risk7: 0.9 }, sixMs),
      sampleRow({ wellId: 4, risk7: 0.9, status: 'shut-in' }, sixMs),
      sampleRow({ wellId: 5, risk7: 0.9, producing: false }, sixMs),
      sampleRow({ wellId: 6, risk7: 0.9 }, sixMs - 3 * dayMs),
      sampleRow({ wellId: 7, risk7: 0.9, deferredM3PerDay: null, deferredOf: null }, sixMs),
      sampleRow({ wellId: 8, risk7: 0.2, deferredM3PerDay: 500, deferredOf: 'liquid' }, sixMs),
    ],
    [installed(3, 0), pulled(3, nowMs - dayMs)],
    new Map([[8, 20]]),
  );
  t.deepEqual(
    ranked.map((esp) => [esp.rank, esp.row.wellId, esp.deferredM3PerDay, esp.deferredOf]),
    [
      [1, 1, 300, 'oil'],
      [2, 2, 50, 'oil'],
      [3, 8, 20, 'oil recorded'],
    ],
  );
  for (const esp of ranked) t.is(esp.expectedLossM3, esp.risk7 * esp.deferredM3PerDay * 8);
  const [south] = ranking([sampleRow({ wellId: 1, site: 'sur', risk7: 0.1 }, sixMs)]).ranked;
  t.is(south?.expectedDaysDown, 21, 'a site has days of its own');
  t.deepEqual(
    left.map(({ row, reason }) => [row.wellId, reason]),
    [
      [3, 'pulled'],
      [4, 'shut-in'],
      [5, 'down'],
      [6, 'silent'],
      [7, 'no-rate'],
    ],
  );
});

test('lives: met half-way when told of late, censored by another reason, left out when over before it was told', (t) => {
  const days = (n: number): number => nowMs - n * dayMs;
  const lives = runLivesOf(
    [
      installed(1, days(400)),
      installed(2, days(900), days(300)),
      installed(3, days(800), days(100)),
      installed(4, days(500), days(100)),
      pulled(4, days(200)),
      pulled(1, days(99)),
      installed(1, days(90)),
      pulled(3, days(50), false),
    ].sort((a, b) => a.atMs - b.atMs),
    nowMs,
  );
  t.deepEqual(
    lives
      .map(({ fromDays, toDays, failed }) => [Math.round(fromDays), Math.round(toDays), failed])
      .sort((a, b) => Number(a[1]) - Number(b[1])),
    [
      [0, 90, false],
      [0, 300, true],
      [700, 750, false],
      [600, 900, false],
    ],
  );
});

test('a well of which little is known leans on its fleet, one well known does not, and 30 days never say less than 7', (t) => {
  const records = Array.from({ length: 12 }, (_, i): EspOutcomeRecord[] => [
    installed(100 + i, nowMs - 1000 * dayMs),
    pulled(100 + i, nowMs - (900 - 60 * i) * dayMs),
  ]).flat();
  const rows = [
    sampleRow({ wellId: 1, risk7: 0.4, maturity: 0.1, runLifeDays: 20 }, sixMs),
    sampleRow({ wellId: 2, risk7: 0.4, runLifeDays: 20 }, sixMs),
    sampleRow({ wellId: 3, risk7: 0.01, risk30: 0.01, known: false, runLifeDays: 20 }, sixMs),
  ];
  const { ranked, fleet } = ranking(rows, records);
  const of = (wellId: number) => ranked.find(({ row }) => row.wellId === wellId)!;
  t.is(fleet.failures, 12);
  t.true((fleet.medianDays ?? 0) > 200 && (fleet.medianDays ?? 0) < 800);
  t.true(of(1).risk7 < 0.2 && of(1).risk7 > (of(1).fleetRisk7 ?? 1));
  t.true(Math.abs(of(2).risk7 - 0.4) < 1e-9);
  for (const esp of ranked)
    t.true(esp.risk30 >= esp.risk7 && esp.risk7Low <= esp.risk7 && esp.risk7 <= esp.risk7High);
});

test('an ESP in full says risk, every factor, penalties that sum, what is new, signals and what not to do, in both languages', (t) => {
  const whole = ranking([sampleRow({ wellId: 1, risk7: 0.42, maturity: 0.5 }, sixMs)]);
  const es = espLines(whole.ranked[0]!, 'es');
  t.is(es[0], '1 · norte/ESP-1 · 2026-05-14 06:00 UTC · versión 1.0.0');
  t.is(es[2], 'Prioridad: 42\u00A0% × 80,0 m³/d de petróleo × 8 días parado = 268,8 m³');
  t.is(es[4], 'Salud 61 = 100 − riesgo 30 − aislamiento 9');
  t.is(
    es[5],
    'Desde ayer: riesgo +8.4 puntos, salud −5; el modo era etapas desgastadas; lo que más creció: corriente de fuga',
  );
  t.true(
    es.some((line) => line.includes('corriente de fuga: +3.2 mA, +2.2 mA, +1.6 mA; parte +1.20, ayer +0.90')),
  );
  t.true(es.some((line) => line.startsWith('  no hacer: ')));
  const en = espLines(whole.ranked[0]!, 'en');
  t.is(en.length, es.length);
  const { row } = whole.ranked[0]!;
  const back = { ...whole.ranked[0]!, row: { ...row, detail: { ...row.detail, unscoredDays: 1467 } } };
  t.true(espLines(back, 'en').some((line) => line.startsWith('Not scored on the 1,467 days before')));
  t.false([...en, ...es].some((line) => /[{}]/.test(line)));
  t.is(closingLines(whole, 'en').at(-1), 'Fleet: 0 run lives, 0 failures');
  const drifted = rankEsps({
    rows: [],
    records: [],
    recordedOil: new Map(),
    daysDown: { bySite: new Map(), others: 8 },
    drift: [{ version: '1.x', kind: 'psi', subject: 'amps', openedMs: sixMs }],
    nowMs,
  });
  t.is(
    closingLines(drifted, 'en')[0],
    'Drift of model 1.x since 2026-05-14: motor current is not spread as it was at first; check the sensors',
  );
  const [head, rows] = rankingTable(whole, 'en');
  t.is(head.length, rows[0]!.length);
});

test('texts are there in both languages for every penalty and channel', (t) => {
  t.deepEqual(Object.keys(espTexts.es).sort(), Object.keys(espTexts.en).sort());
  for (const name of penaltyNames) t.true(`penalty.${name}` in espTexts.es, name);
  for (const channel of namedChannels) t.not(channelName(channel, 'es'), channel, channel);
  t.is(channelDistance('head', Math.log(0.88)), '−12 %');
  t.is(channelDistance('motorTemperature', 0.155), '+3.1 °C');
});

test('the picture shows risk, interval, threshold, the signals that explain it and the failure', (t) => {
  const rows = Array.from({ length: 40 }, (_, i) =>
    sampleRow(
      {
        wellId: 1,
        risk7: 0.9 / (1 + Math.exp((30 - i) / 2)),
        levels: { leakage: Math.max(0, i - 20) / 10, insulation: -Math.max(0, i - 20) / 8 },
      },
      sixMs - (39 - i) * dayMs,
    ),
  );
  t.deepEqual(explainingChannels(rows), ['leakage', 'insulation']);
  const svg = espPicture({
    rows,
    failure: { atMs: sixMs + dayMs / 4, mode: 'insulation_cable' },
    language: 'es',
  });
  for (const part of [
    'riesgo de falla en 7 días',
    'corriente de fuga (mA)',
    'aislamiento (%)',
    'falla: aislamiento',
  ])
    t.true(svg.includes(part), part);
  t.false(svg.includes('NaN'));
});
