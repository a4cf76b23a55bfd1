/** Laws of the series a score is made from. */
import test from 'ava';
import { signals } from '#schemas/signals/catalogue.js';
import { readEquipment } from './equipment.js';
import { failureModes, isFailureMode, operatingEvents } from './modes.js';
import { isSignalName, plausible, signalNames, signalRange } from './signals.js';
import { cutSeries } from './wellSeries.js';

test('every column is a signal of the catalogue', (t) => {
  const tags = new Set(signals.map(({ tag }) => tag));
  t.deepEqual(
    signalNames.filter((name) => !tags.has(name)),
    [],
  );
  t.false(isSignalName('esp.mystery'));
  t.false(isSignalName('toString'));
});

test('sentinels and what no sensor can read are missing; per cent counts as a fraction', (t) => {
  for (const name of signalNames) t.true(Number.isNaN(plausible(name, -9999)), name);
  t.true(Number.isNaN(plausible('esp.pip', -999)));
  t.true(Number.isNaN(plausible('esp.tm', -99.99)));
  t.true(Number.isNaN(plausible('esp.ia', Number.NaN)));
  t.is(plausible('esp.pf', 0.84), 0.84);
  t.is(plausible('esp.pf', 84), 0.84);
  t.is(plausible('well.wcut', 1), 1);
  t.is(plausible('esp.thd', 40), 40);
  t.is(signalRange['esp.pip'].unit, 'kPa');
});

test('no mode is both a failure and an event', (t) => {
  t.deepEqual(
    operatingEvents.filter((mode) => isFailureMode(mode)),
    [],
  );
  t.is(new Set([...failureModes, ...operatingEvents]).size, 18);
});

test('a series cut at a time keeps the rows up to it, the row at it included', (t) => {
  const series = {
    well: 'a',
    timesMs: Float64Array.of(0, 60, 120),
    columns: new Map([['esp.pip' as const, Float32Array.of(1, 2, 3)]]),
    equipment: readEquipment({}),
  };
  t.deepEqual([...(cutSeries(series, 60).columns.get('esp.pip') ?? [])], [1, 2]);
  t.is(cutSeries(series, -1).timesMs.length, 0);
});
