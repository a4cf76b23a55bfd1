/** What the daily report says, and that it can be set for tenants of any size. */
import { spawnSync } from 'node:child_process';
import test from 'ava';
import { needs } from '#ops/servers/needs.js';
import { quality } from '#schemas/signals/quality.js';
import { typeset } from '../typeset.js';
import { chooseTrend } from './chooseTrend.js';
import { dailyFigures } from './dailyFigures.js';
import { dailyView } from './dailyView.js';
import { sampleDay } from './sampleDay.fixture.js';
import { sensorCauses } from './sensorCauses.js';

const template = import.meta.resolve('#jobs/reports/daily/daily.typ');
const missing =
  spawnSync('pdftotext', ['-v']).error === undefined ? null : 'pdftotext (Debian: poppler-utils)';
const popplerTest = needs(test, missing);

async function textOf(day: Parameters<typeof sampleDay>[0], language: 'es' | 'en'): Promise<string> {
  const pdf = await typeset({ template, data: dailyView(sampleDay(day), language, '9.9.9') });
  const { stdout } = spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' });
  return stdout.replace(/\u200B/g, '');
}

test('production that was not measured is said to be missing, and no volume is printed', (t) => {
  const view = dailyView(sampleDay({ wells: 3 }), 'en', '1');
  t.deepEqual(view.production, []);
  t.is(dailyFigures(sampleDay({ wells: 3 })).production, null);
});

test('volumes are sums over the wells that sent them, in both units', (t) => {
  const data = sampleDay({ wells: 2, production: true });
  const [oil, gas] = dailyView(data, 'en', '1').production;
  t.like(oil, { value: '171', unit: 'm³', note: '1,078\u00A0bbl' });
  t.like(gas, { value: '45,902', unit: 'sm³', note: '1,621\u00A0Mscf' });
});

test('a product that no well sent is unknown, not zero', (t) => {
  const data = sampleDay({ wells: 2, production: true });
  const dry = { ...data, production: data.production.map((row) => ({ ...row, waterM3: null })) };
  t.like(dailyView(dry, 'en', '1').production[2], { label: 'Water', value: 'n/a', note: '' });
});

test('the trend shows the well with the gravest findings, its signals with findings first', (t) => {
  const data = sampleDay({ wells: 12 });
  const chosen = chooseTrend(data);
  t.is(chosen?.wellId, 1);
  t.deepEqual(chosen?.tags.slice(0, 2), ['well.tpt.p', 'well.tpt.t']);
  t.is(chooseTrend({ anomalies: [], scores: [], completeness: [] }), null);
});

test('a finding over several signals says which made most of it, by their names, in both languages', (t) => {
  const data = sampleDay({ wells: 1 });
  const contributions = [
    { tag: 'well.tpt.p', share: 0.6 },
    { tag: 'acme.own', share: 0.3 },
  ];
  const anomalies = data.anomalies.map((a) => ({
    ...a,
    detector: 'together',
    textKey: 'apart',
    contributions,
  }));
  const said = (language: 'es' | 'en') =>
    dailyView({ ...data, anomalies }, language, '1').anomalies[0]?.finding;
  t.regex(said('es') ?? '', /como suele\. Señales que más pesan: .*presión.* 60.?%, acme\.own 30.?%$/i);
  t.regex(said('en') ?? '', /as it used to\. Signals that weigh most: .*pressure.* 60.?%, acme\.own 30.?%$/i);
  t.notRegex(dailyView(data, 'en', '1').anomalies[0]?.finding ?? '', /weigh most/);
});

test('a silent sensor is told from one that sends nonsense, with the reason of it', (t) => {
  t.deepEqual(sensorCauses({ samples: 0, flags: 0 }), ['silent']);
  t.deepEqual(sensorCauses({ samples: 9, flags: (1 << quality.bad) | (1 << quality.badFrozen) }), [
    'badFrozen',
  ]);
  t.deepEqual(sensorCauses({ samples: 9, flags: 1 << quality.bad }), ['bad']);
  t.deepEqual(sensorCauses({ samples: 9, flags: 1 << quality.good }), []);
});

test('a sensor that a quality check found wrong is listed though its samples were usable, or never came', (t) => {
  const data = sampleDay({ wells: 2 });
  const frozen = { wellId: 1, tag: 'well.pdg.p', detector: 'quality', textKey: 'frozen' };
  const unheard = { wellId: 2, tag: 'esp.tm', detector: 'quality', textKey: 'missing' };
  const { sensors } = dailyView({ ...data, sensorFindings: [frozen, unheard] }, 'en', '1');
  t.regex(sensors.find((row) => row.well === 'LC-001')?.causes ?? '', /frozen/);
  t.like(
    sensors.find((row) => row.tag === 'esp.tm'),
    { well: 'LC-002', usable: '–' },
  );
});

test('of a day that is not over only what can have come is owed', (t) => {
  const data = sampleDay({ wells: 2, partial: true });
  t.is(dailyFigures(data).minutesOwed, 564);
  const view = dailyView(data, 'en', '1');
  t.regex(view.partial ?? '', /not over yet/);
  t.is(view.coverage[0]?.cells.filter((cell) => cell === null).length, 14);
});

for (const wells of [0, 1, 200]) {
  test(`a tenant of ${wells} wells gets a report, also with names of 60 characters`, async (t) => {
    for (const language of ['es', 'en'] as const) {
      const view = dailyView(sampleDay({ wells, longNames: true, production: true }), language, '1');
      const pdf = await typeset({ template, data: view });
      t.is(Buffer.from(pdf.subarray(0, 5)).toString(), '%PDF-');
    }
  });
}

popplerTest('accents, units and figures are in the text of the PDF', async (t) => {
  const text = await textOf({ wells: 12, production: true }, 'es');
  for (const part of [
    'Petrolera Andina del Ñandú S.A.',
    'Resumen diario de producción y condición',
    'Jueves 14 de mayo de 2026',
    'Presión en el árbol (TPT)',
    '13.640 kPa',
    '1.978 psi',
    'm³',
    '×',
    'σ',
    '9.9.9',
    'Página 1 de 3',
  ]) {
    t.true(text.includes(part), part);
  }
  t.false(/\{\w+\}/.test(text));
});

popplerTest('table heads are on every page that their table runs over', async (t) => {
  const text = await textOf({ wells: 200 }, 'en');
  const pages = text.split('\f').filter((page) => /LC-\d{3} Bloque/.test(page));
  t.true(pages.length >= 4);
  for (const page of pages) t.regex(page, /Well\s+06.*Signals\s+Data\s+Usable\s+Late/s);
});
