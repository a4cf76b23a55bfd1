import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { lastProductionDay, productionDay, productionDayAt } from './productionDay.js';

const hourMs = 3_600_000;
const madrid = { timeZone: 'Europe/Madrid', cutOffMinutes: 360 };

const iso = (ms: number): string => new Date(ms).toISOString();

test('a production day runs from its cut-off to the next one, in local time', (t) => {
  const { fromMs, untilMs } = productionDay('2026-05-14', { timeZone: 'America/Bogota', cutOffMinutes: 390 });
  t.is(iso(fromMs), '2026-05-14T11:30:00.000Z');
  t.is(iso(untilMs), '2026-05-15T11:30:00.000Z');
});

// Madrid changes its clocks on 29 March and 25 October 2026 at 01:00Z, which is in the production day before.
test('a production day has 23 or 25 hours where clocks change in it, and its neighbours begin where it ends', (t) => {
  for (const [day, hours] of [
    ['2026-03-28', 23],
    ['2026-03-29', 24],
    ['2026-10-24', 25],
    ['2026-10-25', 24],
  ] as const) {
    const { fromMs, untilMs } = productionDay(day, madrid);
    t.is((untilMs - fromMs) / hourMs, hours, day);
    t.is(productionDayAt(untilMs, madrid).fromMs, untilMs);
    t.is(productionDayAt(untilMs - 1, madrid).day, day);
  }
});

test('the instant of the cut-off belongs to the new day', (t) => {
  const cutOff = Date.parse('2026-05-14T04:00:00Z');
  t.is(productionDayAt(cutOff, madrid).day, '2026-05-14');
  t.is(productionDayAt(cutOff - 1, madrid).day, '2026-05-13');
});

test('the last production day is the newest that is over', (t) => {
  t.is(lastProductionDay(Date.parse('2026-05-15T04:30:00Z'), madrid).day, '2026-05-14');
  t.is(lastProductionDay(Date.parse('2026-05-15T03:30:00Z'), madrid).day, '2026-05-13');
  t.is(lastProductionDay(Date.parse('2026-03-29T04:30:00Z'), madrid).day, '2026-03-28');
});

test('a cut-off at midnight makes it the calendar day', (t) => {
  const { fromMs, untilMs } = productionDay('2026-05-14', { timeZone: 'UTC', cutOffMinutes: 0 });
  t.deepEqual([iso(fromMs), iso(untilMs)], ['2026-05-14T00:00:00.000Z', '2026-05-15T00:00:00.000Z']);
});

test('a day that is none is refused', (t) => {
  for (const day of ['2026-02-30', '14/05/2026', '', '2026-5-1', "2026-05-14'; drop"]) {
    const error = t.throws(() => productionDay(day, madrid), { instanceOf: BalancinError }, day);
    t.is(error?.code, 'USAGE');
  }
});
