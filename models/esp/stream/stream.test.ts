/** Laws of ESPs in the stream: the same scores as from a file, wherever a task moves; what begins anew; events in minutes. */
import test from 'ava';
import { readSchema } from '#schemas/avro/readSchema.js';
import { allocateWindowBatch, service } from '#schemas/records/windowAggregate.js';
import type { EspRisk } from '#schemas/records/espRisk.js';
import { espModeNames } from '#pipelines/detect/espFinding.texts.js';
import { causeKeys, isSaidByRule } from '#pipelines/alert/causes.js';
import { causeTexts } from '#pipelines/alert/causes.texts.js';
import { encodeSiteRecord } from '#pipelines/records/encodeSiteRecord.js';
import { createRecordDecoder } from '#pipelines/records/recordDecoder.js';
import { readEquipment, writeEquipment } from '../equipment.js';
import { handMadeWell, type Signals } from '../features/handMadeWell.fixture.js';
import { createEspScorer } from '../model/espScorer.js';
import { failureModes, operatingEvents } from '../modes.js';
import { signalNames } from '../signals.js';
import { settings } from '../simulator/ranges.js';
import { simulateWell } from '../simulator/simulateWell.js';
import type { WellSeries } from '../wellSeries.js';
import { espEventOf, installedBody } from './espEquipment.js';
import { createEspMinutesOperator } from './espMinutes.js';
import { openEspModels } from './espModels.js';
import { espForTest, espStream } from './espStream.fixture.js';

const startMs = Date.UTC(2025, 0, 1);
const dayMs = 86_400_000;
const hourMs = 3_600_000;

function series(
  days: number,
  at: (day: number) => Signals,
  stepMs = 30 * 60_000,
  fromMs = startMs,
): WellSeries {
  const rows = Math.round((days * dayMs) / stepMs);
  const row = handMadeWell(11);
  const columns = new Map(signalNames.map((name) => [name, new Float32Array(rows)]));
  const timesMs = Float64Array.from({ length: rows }, (_, r) => fromMs + r * stepMs);
  for (const [r, timeMs] of timesMs.entries()) {
    const values = row(at((timeMs - startMs) / dayMs));
    for (const [i, name] of signalNames.entries())
      (columns.get(name) as Float32Array)[r] = values[i] as number;
  }
  return { well: 'made by hand', timesMs, columns, equipment: readEquipment({}) };
}

/** Insulation that goes from day 22 on; the power factor is there to show its unit. */
const failing = (day: number): Signals => {
  const x = Math.max(0, day - 22) / 12;
  return {
    'esp.pf': 0.82,
    'esp.leak': 12 + 8 * x,
    'esp.insul': 200 * Math.exp(-6 * x),
    'esp.ia': 50 * (1 + 0.06 * x),
    'esp.vab': 2000 * (1 - 0.03 * x),
  };
};

const models = await openEspModels();
const ill = series(34, failing);

function riskFindings(stream: ReturnType<typeof espStream>) {
  return stream.findings.filter(({ detector }) => detector === 'esp-risk');
}

test('risks in the stream are those of the file, row by row, and its alerts too', async (t) => {
  const scorer = await createEspScorer();
  const stream = espStream(models);
  stream.play(ill);
  // The stream scores when the first minute at or after 06:00 has come.
  const said = scorer.score(ill).filter(({ timeMs }) => timeMs > startMs);
  t.deepEqual(
    stream.risks.map(({ atMs }) => atMs),
    said.map(({ timeMs }) => timeMs),
  );
  for (const [i, risk] of stream.risks.entries()) {
    const s = said[i]!;
    for (const name of ['risk7', 'risk7Low', 'risk7High', 'risk30', 'risk30Low', 'risk30High'] as const)
      t.true(Math.abs(risk[name] - s[name]) < 1e-4, `${name} at ${i}: ${risk[name]} against ${s[name]}`);
    t.deepEqual([risk.mode, risk.alert], [s.mode, s.alert]);
    t.is(risk.version, scorer.version);
    t.true(risk.risk30 >= risk.risk7);
    t.is(
      risk.penalties.reduce((sum, { points }) => sum + points, 0),
      100 - risk.health,
    );
  }
  const last = stream.risks.at(-1)!;
  t.true(last.alert);
  t.is(last.mode, 'insulation_cable');
  t.is(last.yesterday?.risk7, stream.risks.at(-2)!.risk7);
  t.true(
    last.contributions.some(({ group, shareYesterday }) => group === 'insulation' && shareYesterday !== null),
  );
  t.is(last.deferredOf, 'liquid');
  t.true(Math.abs((last.deferredM3PerDay ?? 0) - 200) < 2);
  const opened = riskFindings(stream);
  t.deepEqual(
    opened.map(({ textKey, endMs }) => [textKey, endMs]),
    [['insulation_cable', null]],
  );
  scorer.dispose();
});

/** Shares of yesterday are kept as float32. */
const withoutShares = (risk: EspRisk): EspRisk => ({ ...risk, contributions: [] });

test('where cycles end and where a task moves changes no score and no finding', (t) => {
  const whole = espStream(models);
  whole.play(ill);
  for (const options of [{ rowsPerCycle: 97 }, { rowsPerCycle: 5, moveEveryRows: 7 }]) {
    const stream = espStream(models);
    stream.play(ill, options);
    t.deepEqual(stream.risks.map(withoutShares), whole.risks.map(withoutShares));
    t.deepEqual(stream.findings, whole.findings);
  }
});

test('a pull closes the alert and takes the well out; another pump begins its run life anew', (t) => {
  const stream = espStream(models);
  stream.play(ill);
  const pulledMs = startMs + 34 * dayMs;
  stream.record('EquipmentPulled', { pulledMs, reason: 'FAILURE', mode: 'insulation_cable' });
  t.deepEqual(
    riskFindings(stream).map(({ endMs }) => endMs),
    [null, pulledMs],
  );
  const stopped = series(3, () => ({ 'esp.run': 0, 'esp.f': 0, 'esp.ia': 0 }), 30 * 60_000, pulledMs);
  stream.play(stopped);
  t.true(stream.risks.slice(-3).every(({ producing, known, alert }) => !producing && !known && !alert));
  const installedMs = pulledMs + 3 * dayMs;
  stream.record('EquipmentInstalled', { installedMs, pumpCurve60Hz: [], stages: 120 });
  stream.play(series(4, () => ({}), 30 * 60_000, installedMs));
  const last = stream.risks.at(-1)!;
  t.true(last.producing && last.known);
  t.true(Math.abs(last.runLifeDays - 3.25) < 0.01);
  t.is(last.yesterday?.atMs, last.atMs - dayMs);
});

test('a record that corrects when a pump went in corrects its run life, and begins anew only what was learned of another', (t) => {
  const days = 14;
  const stream = espStream(models);
  const told = (at: number, recordId: string, hlc: number): void =>
    stream.record(
      'EquipmentInstalled',
      { installedMs: startMs + at * dayMs, pumpCurve60Hz: [] },
      { recordId, hlc },
    );
  let played = 0;
  const next = (count = 1) => {
    stream.play(series(count, () => ({}), 30 * 60_000, startMs + played * dayMs));
    played += count;
    const { runLifeDays, maturity, atMs } = stream.risks.at(-1)!;
    return { born: Math.round((atMs - startMs) / dayMs - runLifeDays), maturity };
  };
  told(-20, 'a', 5);
  const { maturity, born } = next(days);
  t.is(born, -20);
  const sure = (after: { readonly maturity: number }) => t.true(after.maturity >= maturity);
  told(-400, 'a', 6);
  stream.move();
  let now = next();
  t.is(now.born, -400, 'it had been running for longer');
  sure(now);
  told(-20, 'a', 5);
  told(-900, 'older', 9);
  now = next();
  t.is(now.born, -400, 'an older version, and a pump of before that is told of late, change nothing');
  sure(now);
  told(3, 'a', 7);
  now = next();
  t.is(now.born, 3, 'some days of another pump in what was learned are borne');
  sure(now);
  told(12, 'a', 8);
  now = next();
  t.is(now.born, 12, 'most of what was learned was of the pump before');
  t.true(now.maturity < maturity / 2);
});

test('an installation that is told late gives its run life to a well that runs', (t) => {
  const stream = espStream(models);
  stream.play(series(12, () => ({})));
  const before = stream.risks.at(-1)!;
  stream.record('EquipmentInstalled', { installedMs: startMs - 300 * dayMs, pumpCurve60Hz: [] });
  stream.play(series(1, () => ({}), 30 * 60_000, startMs + 12 * dayMs));
  const after = stream.risks.at(-1)!;
  t.true(Math.abs(after.runLifeDays - 312.25) < 0.01);
  t.true(after.maturity >= before.maturity);
});

test('what history has taught goes over to the live lane where the two meet', (t) => {
  const seamMs = startMs + 20 * dayMs;
  const stranger = espStream(models);
  stranger.play(ill, { fromMs: seamMs });
  const known = espStream(models);
  known.play(ill, { toMs: seamMs, lane: 'backfill' });
  t.deepEqual(riskFindings(known), [], 'history raises no alert');
  known.play(ill, { fromMs: seamMs });
  const whole = espStream(models);
  whole.play(ill);
  t.true(stranger.risks[2]!.maturity < known.risks.at(-12)!.maturity);
  t.is(known.risks.at(-1)!.risk7, whole.risks.at(-1)!.risk7);
});

const broken: Signals = {
  'esp.ia': 20,
  'esp.ib': 20.2,
  'esp.ic': 19.8,
  'esp.pip': 7200,
  'esp.pdp': 7600,
  'well.ql': 0,
};

test('a broken shaft is told within five minutes and once, wherever the task moves; limits are a well’s own', (t) => {
  const minute = 60_000;
  const breaksMs = startMs + 5 * hourMs;
  const minutes = series(6 / 24, (day) => (startMs + day * dayMs < breaksMs ? {} : broken), minute);
  const stream = espStream(models);
  stream.play(minutes, { moveEveryRows: 13 });
  t.deepEqual(
    stream.findings.map(({ detector, textKey, severity, endMs }) => [detector, textKey, severity, endMs]),
    [['esp-rule', 'broken_shaft', 'critical', null]],
  );
  t.true(stream.findings[0]!.startMs - breaksMs <= 5 * minute);
  stream.record('EquipmentPulled', { pulledMs: startMs + 6 * hourMs, reason: 'FAILURE' });
  t.is(stream.findings.at(-1)?.endMs, startMs + 6 * hourMs);
  const deaf = espStream(models, { shaftAmpsMost: 0.1, lockAmpsMost: 0.1 });
  deaf.play(minutes);
  t.false(deaf.findings.some(({ textKey }) => textKey === 'broken_shaft'));
});

test('what comes each half an hour is not judged by rules that count minutes', (t) => {
  const stream = espStream(models);
  stream.play(series(6, (day) => (day < 5 ? {} : broken)));
  t.deepEqual(
    stream.findings.filter(({ detector }) => detector === 'esp-rule'),
    [],
  );
});

test('equipment goes through its record and back as it was', (t) => {
  const { equipment } = simulateWell({
    ranges: settings.onshore,
    seed: 1,
    index: 1,
    startMs,
    days: 1,
    stepMs: hourMs,
  }).series;
  const written = writeEquipment(equipment);
  const installedMs = Math.trunc(equipment.installedMs!);
  const about = { tenant: 'acme', site: 'norte', recordId: 'pump', hlc: 1, tombstone: false };
  const body = installedBody('w7', installedMs, written);
  const decoder = createRecordDecoder({ schemaText: () => readSchema('edge.records.v1') });
  const outcome = decoder.decode(encodeSiteRecord({ ...about, kind: 'EquipmentInstalled', body }, 1));
  if (outcome.kind !== 'decoded') return t.fail(outcome.kind);
  const event = espEventOf({ ...outcome.record, tenant: espForTest.tenant, wellId: 7 });
  if (event?.kind !== 'installed') return t.fail();
  t.is(event.atMs, installedMs);
  t.deepEqual(writeEquipment(readEquipment(event.equipment)), written);
});

test('a minute with a value no sensor can read is missing, one of history makes no live alert', (t) => {
  const stream = espStream(models);
  stream.play(series(1, () => ({ 'esp.pip': -999, 'esp.tm': 900 })));
  stream.play(series(1, () => ({ 'esp.pip': -999, 'esp.tm': 900 }), 30 * 60_000, startMs + dayMs));
  const { missing, coverage } = stream.risks.at(-1)!;
  t.true(missing.includes('esp.pip') && missing.includes('esp.tm') && !missing.includes('esp.ti'));
  t.true(coverage < 1);
});

test('between hours a cycle writes some kilobytes a well, and wells beyond the limit are counted', (t) => {
  const stream = espStream(models);
  stream.play(series(14, () => ({})));
  stream.changedBytes();
  const nextMs = startMs + 14 * dayMs;
  stream.play(series(1 / 1440, () => ({}), 60_000, nextMs));
  t.true(stream.changedBytes() > 40_000, 'the hour that ended is written');
  stream.play(series(1 / 1440, () => ({}), 60_000, nextMs + 60_000));
  const minute = stream.changedBytes();
  t.true(minute > 1000 && minute < 6000, `${minute} bytes`);
  const operator = createEspMinutesOperator({ tagName: () => 'esp.ia', wellsMax: 1 });
  const batch = allocateWindowBatch(3);
  batch.length = 3;
  for (let i = 0; i < 3; i++) {
    batch.wells[i] = { ...espForTest, wellId: i + 1 };
    batch.lanes[i] = 'live';
    batch.goods[i] = 1;
    batch.sums[i] = batch.mins[i] = batch.maxs[i] = 50;
  }
  operator.process(batch, () => {});
  t.is(operator.refused, 1);
});

test('a well that comes back after years is scored for the last month alone, and the first of its scores counts the rest', (t) => {
  const stream = espStream(models);
  stream.play(series(2, () => ({})));
  const before = stream.risks.length;
  const backMs = startMs + 1500 * dayMs;
  stream.play(series(1 / 24, () => ({}), 30 * 60_000, backMs));
  const back = stream.risks.slice(before);
  t.is(back.length, 31);
  t.is(back.at(-1)!.atMs, backMs - 18 * hourMs);
  t.deepEqual(
    back.map(({ unscoredDays }) => unscoredDays),
    [1498 - 31, ...Array.from({ length: 30 }, () => 0)],
  );
});

test('every mode and event has a name in both languages and a cause that says what to check', (t) => {
  const keys = [...failureModes, ...operatingEvents];
  for (const language of ['es', 'en'] as const)
    t.deepEqual(Object.keys(espModeNames[language]).sort(), [...keys].sort());
  for (const key of keys.filter((k) => k !== 'unknown')) t.true(isSaidByRule(key), key);
  for (const cause of causeKeys)
    for (const language of ['es', 'en'] as const) t.truthy(causeTexts[language][cause], cause);
});

test('minutes of a workover or of maintenance are handed to no feature and no rule, those before and after are', (t) => {
  const operator = createEspMinutesOperator({ tagName: () => 'esp.ia' });
  const batch = allocateWindowBatch(5);
  batch.length = 5;
  const states = [service.in, service.workover, service.maintenance, service.back, service.in];
  for (const [i, state] of states.entries()) {
    batch.wells[i] = espForTest;
    batch.lanes[i] = 'live';
    batch.goods[i] = 1;
    batch.sums[i] = 30;
    batch.mins[i] = 30;
    batch.maxs[i] = 30;
    batch.startMs[i] = startMs + i * 60_000;
    batch.service[i] = state;
  }
  const minutes: number[] = [];
  const emit = (minute: { readonly startMs: number }) =>
    void minutes.push((minute.startMs - startMs) / 60_000);
  operator.process(batch, emit);
  operator.endCycle?.({ nowMs: 0 }, emit);
  t.deepEqual(minutes, [0, 3, 4]);
});
