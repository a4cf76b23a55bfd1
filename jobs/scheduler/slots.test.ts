import test from 'ava';
import { DateTime } from 'luxon';
import { BalancinError } from '#schemas/errors.js';
import { cronFields } from './cronFields.js';
import { dueSlots } from './dueSlots.js';
import type { CatchUp, Schedule } from './job.js';
import { slotsBetween } from './slots.js';

const hourMs = 3_600_000;

function between(schedule: Schedule, after: string, until: string, slotsMax = 100): string[] {
  const slots = slotsBetween(schedule, {
    afterMs: Date.parse(after),
    untilMs: Date.parse(until),
    slotsMax,
  });
  return slots.map((slot) => new Date(slot).toISOString());
}

const daily = (timeZone: string, pattern = '30 6 * * *'): Schedule => ({ pattern, timeZone });
const hourly = (timeZone: string): Schedule => ({ pattern: '5 * * * *', timeZone });

test('a daily slot falls on the same local time whatever the offset of the day', (t) => {
  t.deepEqual(
    between(daily('America/Argentina/Buenos_Aires'), '2026-01-10T00:00:00Z', '2026-01-12T00:00:00Z'),
    ['2026-01-10T09:30:00.000Z', '2026-01-11T09:30:00.000Z'],
  );
  t.deepEqual(between(daily('Europe/Madrid'), '2026-03-28T00:00:00Z', '2026-03-30T00:00:00Z'), [
    '2026-03-28T05:30:00.000Z',
    '2026-03-29T04:30:00.000Z',
  ]);
});

test('a slot is after the start of the range, and at its end at the latest', (t) => {
  t.deepEqual(between(daily('UTC'), '2026-01-10T06:30:00Z', '2026-01-11T06:30:00Z'), [
    '2026-01-11T06:30:00.000Z',
  ]);
});

// Madrid, 29 March 2026: 01:59:59 +01:00 is followed by 03:00:00 +02:00 (01:00Z).
test('a local time that the clocks skip is due once that day, not left out', (t) => {
  const slots = between(daily('Europe/Madrid', '30 2 * * *'), '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z');
  t.deepEqual(slots, ['2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z']);
});

// Madrid, 25 October 2026: 02:30 is at 00:30Z (+02:00) and again at 01:30Z (+01:00).
test('a local time that exists twice is due the first time alone', (t) => {
  const slots = between(daily('Europe/Madrid', '30 2 * * *'), '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z');
  t.deepEqual(slots, ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']);
});

test('an hourly job is due every real hour where clocks change, none twice and none left out', (t) => {
  for (const day of ['2026-03-29', '2026-10-25']) {
    const start = DateTime.fromISO(day, { zone: 'Europe/Madrid' });
    const end = start.plus({ days: 1 });
    const slots = between(hourly('Europe/Madrid'), start.toUTC().toISO() ?? '', end.toUTC().toISO() ?? '');
    t.is(slots.length, (end.toMillis() - start.toMillis()) / hourMs);
    for (let i = 1; i < slots.length; i++) {
      t.is(Date.parse(slots[i] ?? '') - Date.parse(slots[i - 1] ?? ''), hourMs);
    }
  }
});

// Asunción, 6 October 2024: midnight does not exist, the day begins at 01:00.
test('a day without midnight keeps its slots and its neighbours', (t) => {
  const slots = between(daily('America/Asuncion'), '2024-10-05T00:00:00Z', '2024-10-08T00:00:00Z');
  t.deepEqual(slots, ['2024-10-05T10:30:00.000Z', '2024-10-06T09:30:00.000Z', '2024-10-07T09:30:00.000Z']);
});

test('of too many slots the newest are kept, in order', (t) => {
  t.deepEqual(between(hourly('UTC'), '2020-01-01T00:00:00Z', '2026-01-01T02:00:00Z', 2), [
    '2026-01-01T00:05:00.000Z',
    '2026-01-01T01:05:00.000Z',
  ]);
});

test('day of month and day of week are either-or where both are restricted, as in cron', (t) => {
  // The 15th of January 2026 is a Thursday; Mondays are the 12th and the 19th.
  const both = between(
    { pattern: '0 0 15 * 1', timeZone: 'UTC' },
    '2026-01-10T00:00:00Z',
    '2026-01-20T00:00:00Z',
  );
  t.deepEqual(both, ['2026-01-12T00:00:00.000Z', '2026-01-15T00:00:00.000Z', '2026-01-19T00:00:00.000Z']);
});

test('slots cut into pieces are the slots of the whole', (t) => {
  for (const schedule of [daily('Europe/Madrid', '*/7 1,2,3 * * *'), hourly('America/Caracas')]) {
    const whole = between(schedule, '2026-03-27T00:00:00Z', '2026-03-31T00:00:00Z', 1_000);
    const pieces: string[] = [];
    for (
      let at = Date.parse('2026-03-27T00:00:00Z');
      at < Date.parse('2026-03-31T00:00:00Z');
      at += 37 * 60_000
    ) {
      const until = Math.min(at + 37 * 60_000, Date.parse('2026-03-31T00:00:00Z'));
      pieces.push(...between(schedule, new Date(at).toISOString(), new Date(until).toISOString(), 1_000));
    }
    t.deepEqual(pieces, whole);
    t.true(whole.length > 50);
  }
});

const nowMs = Date.parse('2026-05-10T12:00:00Z');
const policy = (name: CatchUp['policy']): CatchUp => ({ policy: name, horizonMs: 10 * hourMs, slotsMax: 4 });

test('catch-up runs all missed slots, the last alone or none, as its policy says', (t) => {
  const at = { lastMs: nowMs - 3.5 * hourMs, nowMs };
  t.is(dueSlots(hourly('UTC'), policy('all'), at).length, 3);
  t.deepEqual(dueSlots(hourly('UTC'), policy('last'), at), [Date.parse('2026-05-10T11:05:00Z')]);
  t.deepEqual(dueSlots(hourly('UTC'), policy('none'), at), []);
});

test('a slot on time is due under every policy', (t) => {
  const at = { lastMs: Date.parse('2026-05-10T11:05:00Z'), nowMs: Date.parse('2026-05-10T12:05:30Z') };
  for (const name of ['all', 'last', 'none'] as const) {
    t.deepEqual(dueSlots(hourly('UTC'), policy(name), at), [Date.parse('2026-05-10T12:05:00Z')], name);
  }
});

test('catch-up goes back no further than its horizon and its most slots', (t) => {
  const slots = dueSlots(hourly('UTC'), policy('all'), { lastMs: nowMs - 90 * hourMs, nowMs });
  t.is(slots.length, 4);
  const short = { ...policy('all'), horizonMs: 2 * hourMs };
  t.is(dueSlots(hourly('UTC'), short, { lastMs: nowMs - 90 * hourMs, nowMs }).length, 2);
});

test('a pattern that the arithmetic does not know is refused', (t) => {
  for (const pattern of ['* * * *', '0 30 6 * * *', '61 * * * *', 'nonsense', '0 0 L * *', '0 0 * * 1#2']) {
    const error = t.throws(() => cronFields(pattern), { instanceOf: BalancinError }, pattern);
    t.is(error?.code, 'CONFIG_INVALID');
  }
  t.deepEqual([...cronFields('0 6 * * 7').daysOfWeek], [0]);
});
