import test from 'ava';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { atFrequency, handMadeWell, type Signals } from '../features/handMadeWell.fixture.js';
import { signalNames } from '../signals.js';
import type { FastEvent } from './eventRules.js';
import { FastRules, type RuleChange } from './fastRules.js';
import { ruleLimitDefaults, ruleLimits } from './ruleLimits.js';

const beforeMinutes = 300;

/** Steady for five hours, then `during` for an hour; changes with minutes since the end of the five hours. */
function lived(during: (minute: number) => Signals, limits = {}, minutes = 60): [FastEvent, number][] {
  const rules = new FastRules(limits);
  const row = handMadeWell(7);
  const changes: RuleChange[] = [];
  for (let m = -beforeMinutes; m < minutes; m++)
    changes.push(...rules.push(m * 60_000, row(m < 0 ? {} : during(m))));
  return changes.filter((c) => c.open).map((c) => [c.event, c.atMs / 60_000]);
}

const drop = (share: number): Signals => ({
  'esp.ia': 50 * share,
  'esp.ib': 50.5 * share,
  'esp.ic': 49.5 * share,
});

const cases: readonly [FastEvent, Signals, number][] = [
  ['broken_shaft', { ...drop(0.4), 'esp.pip': 7200, 'esp.pdp': 7600, 'well.ql': 0 }, 5],
  ['pump_off', { ...drop(0.8), 'esp.pip': 250, 'esp.pdp': 11_000, 'well.ql': 120 }, 10],
  [
    'closed_choke',
    { ...drop(0.9), 'well.whp': 2800, 'well.flp': 700, 'esp.pdp': 19_000, 'well.ql': 120 },
    10,
  ],
  ['plugged_flowline', { ...drop(0.9), 'well.whp': 2800, 'well.flp': 2200, 'esp.pdp': 19_000 }, 10],
  ['dead_head', { ...drop(0.8), 'well.whp': 4000, 'esp.pdp': 22_000, 'well.choke': 0, 'well.ql': 0 }, 10],
  ['power', { 'esp.vab': 1600, 'esp.vbc': 1600, 'esp.vca': 1600 }, 2],
  ['overheating', { 'esp.tm': 155 }, 15],
];

for (const [event, signals, mostMinutes] of cases)
  test(`${event} is told within ${mostMinutes} minutes, and nothing else is`, (t) => {
    const told = lived(() => signals);
    t.deepEqual(
      told.map(([e]) => e),
      [event],
    );
    t.true((told[0]?.[1] ?? 99) <= mostMinutes);
  });

test('a low current that is restless is a gas lock, not a broken shaft', (t) => {
  const told = lived((m) => ({
    ...drop(m % 2 === 0 ? 0.58 : 0.66),
    'esp.pip': 6200,
    'esp.pdp': 7000,
    'well.ql': 20,
  }));
  t.deepEqual(told, [['gas_lock', 2]]);
});

test('a wrong turn is looked for after a start', (t) => {
  const backwards: Signals = { 'esp.pip': 7000, 'esp.pdp': 13_000, 'well.ql': 60 };
  const told = lived((m) => (m < 5 ? { 'esp.run': 0, 'esp.f': 0, 'esp.ia': 0 } : backwards));
  t.deepEqual(told[0]?.[0], 'reverse_rotation');
});

test('current that comes and goes while the pump lifts less is gas', (t) => {
  const told = lived((m) => ({ ...drop(m % 3 === 0 ? 0.85 : 1.1), 'esp.pdp': 16_500 }));
  t.deepEqual(
    told.map(([e]) => e),
    ['gas_interference'],
  );
});

test('a change of frequency, a trip or a restart is no event', (t) => {
  t.deepEqual(
    lived(() => atFrequency(56)),
    [],
  );
  t.deepEqual(
    lived(() => atFrequency(44)),
    [],
  );
  t.deepEqual(
    lived((m) => (m < 30 ? { 'esp.run': 0, 'esp.f': 0, 'esp.ia': 0, 'esp.pdp': 9000 } : {})),
    [],
  );
});

test('without a gauge a shaft is told broken by current and rate, without current nothing is', (t) => {
  const blind = { 'esp.pip': Number.NaN, 'esp.pdp': Number.NaN };
  const rules = new FastRules();
  const row = handMadeWell(8);
  for (let m = 0; m < 300; m++) rules.push(m * 60_000, row(blind));
  for (let m = 300; m < 310; m++) rules.push(m * 60_000, row({ ...blind, ...drop(0.4), 'well.ql': 1 }));
  t.deepEqual(rules.open, ['broken_shaft']);
  const deaf = { 'esp.ia': Number.NaN, 'esp.ib': Number.NaN, 'esp.ic': Number.NaN };
  t.deepEqual(
    lived(() => ({ ...deaf, 'esp.pip': 7200, 'esp.pdp': 7600 })),
    [],
  );
});

test('an intake that falls at one speed while the gain rises is a pump-off, told while it falls', (t) => {
  const told = lived((m) => {
    const lost = Math.min(2000, 80 * m);
    return { ...drop(0.98), 'esp.pip': 6000 - lost, 'esp.pdp': 18_000 - 0.2 * lost, 'well.whp': 1450 };
  });
  t.deepEqual(
    told.map(([e]) => e),
    ['pump_off'],
  );
  t.true((told[0]?.[1] ?? 99) <= 12);
  // A choke that is opened takes gain away.
  t.deepEqual(
    lived((m) => ({ 'esp.pip': 6000 - Math.min(900, 80 * m), 'esp.pdp': 17_000, 'well.whp': 1350 })),
    [],
  );
});

test('without a voltmeter a sag is a current that jumps for no more power; more of both is load', (t) => {
  const blind = { 'esp.vab': Number.NaN, 'esp.vbc': Number.NaN, 'esp.vca': Number.NaN };
  t.deepEqual(
    lived(() => ({ ...blind, ...drop(1.08) })),
    [['power', 2]],
  );
  t.deepEqual(
    lived(() => ({ ...blind, ...drop(1.08), 'esp.kw': 132 })),
    [],
  );
});

test('a pump that lifts more than usual after a start raises the wellhead without any choke', (t) => {
  const full: Signals = { 'esp.pip': 9500, 'esp.pdp': 18_300, 'well.whp': 2000, 'well.ql': 260 };
  t.deepEqual(
    lived((m) => (m < 5 ? { 'esp.run': 0, 'esp.f': 0, 'esp.ia': 0 } : full)),
    [],
  );
});

test('a rate held since the last test says nothing of a wrong turn, one that is measured does', (t) => {
  const stopped: Signals = { 'esp.run': 0, 'esp.f': 0, 'esp.ia': 0 };
  const little: Signals = { 'esp.pip': 7000, 'esp.pdp': 14_500, 'well.whp': 1300 };
  const told = (rate: (minute: number) => number) => {
    const rules = new FastRules();
    const row = handMadeWell(10);
    const events: string[] = [];
    for (let m = -beforeMinutes; m < 60; m++) {
      const minute = row(m < 0 ? {} : m < 5 ? stopped : little);
      minute[signalNames.indexOf('well.ql')] = rate(m);
      for (const { event, open } of rules.push(m * 60_000, minute)) if (open) events.push(event);
    }
    return events;
  };
  t.deepEqual(
    told(() => 200),
    ['reverse_rotation'],
  );
  t.deepEqual(
    told((m) => 200 + (m % 3)),
    [],
  );
});

test('a gauge that reads zero says nothing of heat', (t) => {
  t.deepEqual(
    lived(() => ({ 'esp.ti': 0 })),
    [],
  );
});

test('rules that were stored and read again go on as those that ran through', (t) => {
  const minutes = (m: number): Signals => (m < 0 ? {} : { ...drop(0.9), 'well.whp': 2800, 'well.flp': 700 });
  const runThrough = (storedAt: number | null) => {
    let rules = new FastRules();
    const row = handMadeWell(11);
    const changes: RuleChange[] = [];
    for (let m = -beforeMinutes; m < 60; m++) {
      if (m === storedAt) {
        const packed = new PackedWriter();
        rules.write(packed);
        rules = new FastRules();
        rules.restore(new PackedReader(packed.bytes()));
      }
      changes.push(...rules.push(m * 60_000, row(minutes(m))));
    }
    return changes;
  };
  t.deepEqual(runThrough(1), runThrough(null));
  t.is(runThrough(null).length, 1);
});

test('an event that ends is closed, one that stays for half a day is how the well runs now', (t) => {
  const rules = new FastRules();
  const row = handMadeWell(9);
  const run = (minutes: number, signals: Signals): void => {
    for (let m = 0; m < minutes; m++) rules.push(m * 60_000, row(signals));
  };
  run(300, {});
  run(20, { ...drop(0.9), 'well.whp': 2800, 'well.flp': 700 });
  t.deepEqual(rules.open, ['closed_choke']);
  run(20, {});
  t.deepEqual(rules.open, []);
  run(1600, { ...drop(0.9), 'well.whp': 2800, 'well.flp': 700 });
  t.deepEqual(rules.open, []);
});

test('limits are overridden a well; a name that is none is told, not taken', (t) => {
  t.deepEqual(
    lived(() => ({ 'esp.tm': 155 }), { motorCMost: 180, heatOverCLeast: 60, heatLatelyCLeast: 60 }),
    [],
  );
  const { limits, unknown } = ruleLimits({ motorCMost: 120, motorCMax: 1, sagShare: Number.NaN });
  t.is(limits.motorCMost, 120);
  t.is(limits.sagShare, ruleLimitDefaults.sagShare);
  t.deepEqual(unknown, ['motorCMax', 'sagShare']);
});
