/** Numbers, units and texts as people read them. */
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { reportMailTexts } from '../mail/reportMail.texts.js';
import { dailyTexts } from './daily/daily.texts.js';
import { fillIn } from './fillIn.js';
import { localFormat } from './localFormat.js';
import { toOilfield } from './oilfieldUnits.js';

const es = localFormat('es', 'America/Argentina/Buenos_Aires');
const en = localFormat('en', 'America/Argentina/Buenos_Aires');
const atMs = Date.parse('2026-05-14T09:05:00Z');

test('numbers are grouped and pointed as the language does', (t) => {
  t.is(es.number(1_234.5, 1), '1.234,5');
  t.is(en.number(1_234.5, 1), '1,234.5');
  t.is(en.number(-3, 0), '−3');
  t.is(es.percent(0.9532), '95,3\u00A0%');
});

test('a measured value keeps about four digits, as many as what it stands beside', (t) => {
  t.deepEqual(
    [21_034.4, 312.44, 9.8765, 0.031_234, 0].map((value) => en.measured(value)),
    ['21,034', '312.4', '9.877', '0.03123', '0'],
  );
  t.is(en.measured(96.2, 117.4), '96.2');
});

test('times are local, and written as the language does', (t) => {
  t.is(es.dateTime(atMs), '14 may, 06:05');
  t.is(en.longDate(atMs), 'Thursday 14 May 2026');
  t.is(es.longDate(atMs), 'Jueves 14 de mayo de 2026');
  t.is(en.duration(185 * 60_000), '3 h 05 min');
  t.is(en.duration(59.4 * 60_000), '59 min');
});

// Known answers: 1000 psi = 6894.757 kPa, 212 °F = 100 °C, 100 bbl = 15.898 73 m³, 1 Mscf = 28.3168 sm³, 560.6 scf/stb ≈ 99.85 m³/m³.
test('oilfield units agree with the tables of conversion', (t) => {
  const known: [number, string, number, string][] = [
    [6_894.757, 'kPa', 1_000, 'psi'],
    [100, '°C', 212, '°F'],
    [-40, '°C', -40, '°F'],
    [15.898_73, 'm³/d', 100, 'bbl/d'],
    [28.3168, 'sm³', 1, 'Mscf'],
    [0.178_108, 'm³/m³', 1, 'scf/stb'],
    [0.3048, 'm', 1, 'ft'],
    [4.448_22, 'kN', 1, 'klbf'],
  ];
  for (const [value, unit, expected, expectedUnit] of known) {
    const converted = toOilfield(value, unit);
    t.is(converted?.unit, expectedUnit);
    t.true(Math.abs((converted?.value ?? Number.NaN) - expected) < 1e-6 * Math.max(1, expected), unit);
  }
  t.is(toOilfield(1, 'A'), null);
});

test('both languages say the same things: same keys, same values to fill in, nothing empty', (t) => {
  for (const texts of [dailyTexts, reportMailTexts] as const) {
    const spanish = new Map(Object.entries(texts.es));
    const english = new Map(Object.entries(texts.en));
    t.deepEqual([...spanish.keys()].sort(), [...english.keys()].sort());
    const names = (text = ''): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [key, text] of spanish) {
      t.not(text.trim(), '', key);
      t.not(english.get(key)?.trim(), '', key);
      t.deepEqual(names(english.get(key)), names(text), key);
    }
  }
});

test('a text whose value was not given is a bug, not braces in print', (t) => {
  t.is(fillIn('{a} of {b}', { a: 1, b: 'x' }), '1 of x');
  t.is(t.throws(() => fillIn('{a}', {}), { instanceOf: BalancinError })?.code, 'BUG');
});
