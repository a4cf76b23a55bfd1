import test from 'ava';
import type { Alert } from '#schemas/records/alert.js';
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import { allocateWindowBatch, service } from '#schemas/records/windowAggregate.js';
import { signalOf } from '#schemas/signals/catalogue.js';
import { type AlertInput, createAlertOperator } from './alertOperator.js';
import { alertLimits } from './alertLimits.js';
import type { AlertRule } from './alertRules.js';
import { causeKeys, causeTags, likelyCauses } from './causes.js';
import { causeTexts } from './causes.texts.js';
import { signalsMax } from './event.js';
import { shelvesMax } from './shelves.js';
import { missingMax, pastMax } from './wellAlerts.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const t0 = 1_790_000_040_000;
const tenant: TenantRef = {
  tenantId: 1,
  slug: 'acme',
  schema: 't_acme',
  retentionDays: null,
  machineLearning: true,
};
const wellOf = (wellId: number): WellRef => ({
  tenant,
  wellId,
  siteId: 1,
  site: 'norte',
  well: `W-${wellId}`,
});
const tags = ['well.whp', 'well.qo', 'well.choke', 'esp.run', 'esp.f'];
const directory = {
  find: (slug: string, _site: string, name: string) =>
    slug === 'acme' ? wellOf(Number(name.slice(2))) : ('unknown-tenant' as const),
};

/** Minutes go by by hand: every minute the well sends its signals, and the cycle ends. */
class Bench {
  readonly said: Alert[] = [];
  minute = 0;
  readings: Record<string, number> = { 'well.whp': 2_000 };
  /** Code of `service` in its minutes. */
  service = 0;
  readonly #rules: readonly AlertRule[];
  operator: ReturnType<typeof createAlertOperator>;
  #hlc = 0;

  constructor(rules: readonly AlertRule[] = []) {
    this.#rules = rules;
    this.operator = this.#make();
  }

  #make() {
    return createAlertOperator({
      tagName: (_tenant, id) => tags[id - 1] ?? '',
      directory,
      rules: this.#rules,
    });
  }

  get nowMs(): number {
    return t0 + this.minute * minuteMs;
  }

  feed(input: AlertInput): void {
    this.operator.process(input, (alert) => this.said.push(alert));
  }

  /** Alerts said in these minutes. */
  run(minutes: number, wellIds: readonly number[] = [1]): Alert[] {
    const from = this.said.length;
    for (let n = 0; n < minutes; n++) {
      this.minute++;
      for (const wellId of wellIds) {
        const names = Object.keys(this.readings);
        const batch = allocateWindowBatch(names.length);
        names.forEach((tag, i) => {
          batch.wells[i] = wellOf(wellId);
          batch.lanes[i] = 'live';
          batch.tagIds[i] = tags.indexOf(tag) + 1;
          batch.startMs[i] = this.nowMs - minuteMs;
          batch.goods[i] = 1;
          batch.sums[i] = this.readings[tag] ?? 0;
          batch.service[i] = this.service;
        });
        batch.length = names.length;
        this.feed({ from: 'minutes', value: batch });
      }
      this.operator.endCycle?.({ nowMs: this.nowMs }, (alert) => this.said.push(alert));
    }
    return this.said.slice(from);
  }

  finding(over: Partial<Anomaly> = {}): Anomaly {
    const tag = over.tag === undefined ? 'well.whp' : over.tag;
    return {
      anomalyId: `${tag}`,
      well: wellOf(1),
      lane: 'live',
      tag,
      detector: 'robust-level',
      kind: 'process',
      severity: 'warning',
      startMs: this.nowMs,
      endMs: null,
      score: 8,
      expected: 2_000,
      actual: 2_600,
      unit: 'kPa',
      textKey: 'high',
      ...over,
    };
  }

  open(over: Partial<Anomaly> = {}): Anomaly {
    const value = this.finding(over);
    this.feed({ from: 'findings', value });
    return value;
  }

  close(finding: Anomaly): void {
    this.feed({ from: 'findings', value: { ...finding, endMs: this.nowMs } });
  }

  record(kind: SiteRecord['kind'], body: Record<string, unknown>): void {
    const hlc = this.nowMs * 1024 + this.#hlc++;
    this.feed({
      from: 'records',
      value: {
        tenant,
        site: 'norte',
        recordId: `r${hlc}`,
        hlc,
        tombstone: false,
        kind,
        wellId: 1,
        body: { well: 'W-1', ...body },
      },
    });
  }

  act(action: string, body: Record<string, unknown> = {}): void {
    this.record('AlertAction', { action, by: 'ana', reason: 'r', ...body });
  }

  /** By default with all that there is. */
  restart(kept = new Map<number, Uint8Array>()): void {
    if (kept.size === 0)
      this.operator.state?.drainAll({
        put: (key, value) => void kept.set(key, Uint8Array.from(value)),
        remove: (key) => void kept.delete(key),
      });
    this.operator = this.#make();
    for (const [key, value] of kept) this.operator.state?.restore(key, value);
  }
}

const states = (alerts: readonly Alert[]): string[] => alerts.map(({ state }) => state);
const ids = (alerts: readonly Alert[]): number => new Set(alerts.map(({ alertId }) => alertId)).size;

function warm(): Bench {
  const bench = new Bench();
  bench.run(5);
  return bench;
}

test('what moves together is one alert, the signal that moved first its first-out', (t) => {
  const bench = warm();
  const first = bench.open();
  bench.run(1);
  bench.open({ tag: 'well.flp', startMs: first.startMs + 30_000, textKey: 'high' });
  const said = bench.run(3);
  t.is(ids(said), 1);
  t.like(said.at(-1), {
    state: 'unacknowledged',
    firstOut: { tag: 'well.whp' },
    revision: 2,
    announced: true,
  });
  t.deepEqual(
    said.at(-1)?.signals.map(({ tag }) => tag),
    ['well.whp', 'well.flp'],
  );
  t.deepEqual(said.at(-1)?.causes, ['pluggedFlowline']);
});

test('a finding shorter than the on-delay opens nothing; a critical one opens at once', (t) => {
  const bench = warm();
  const short = bench.open();
  bench.close(short);
  t.deepEqual(bench.run(5), []);
  bench.open({ severity: 'critical', startMs: bench.nowMs + minuteMs });
  t.like(bench.run(1)[0], { state: 'unacknowledged', severity: 'critical', priority: 'medium' });
});

test('an alert returns after the off-delay, waits for whoever did not acknowledge it, and is then normal', (t) => {
  const bench = warm();
  const finding = bench.open();
  bench.run(2);
  bench.close(finding);
  const endMs = bench.nowMs;
  t.deepEqual(states(bench.run(9)), ['unacknowledged']);
  t.like(bench.run(1)[0], { state: 'returned-unacknowledged', endMs });
  t.deepEqual(bench.run(120), []);
  bench.act('ACKNOWLEDGE');
  t.like(bench.run(1)[0], { state: 'normal', acknowledgedBy: 'ana' });
});

test('an acknowledged alert that returns is normal; one that comes back soon is the same alert, to look at again', (t) => {
  const bench = warm();
  const finding = bench.open();
  bench.run(2);
  bench.act('ACKNOWLEDGE');
  t.deepEqual(states(bench.run(1)), ['acknowledged']);
  bench.close(finding);
  t.deepEqual(states(bench.run(12)), ['acknowledged', 'normal']);
  bench.open();
  const again = bench.run(3);
  t.deepEqual(states(again), ['unacknowledged']);
  t.like(again[0], { activations: 2, alertId: bench.said[0]?.alertId ?? '' });
});

test('three activations in half an hour are chattering, and still one alert', (t) => {
  const bench = warm();
  for (let n = 0; n < 3; n++) {
    const finding = bench.open();
    bench.run(2);
    bench.close(finding);
    bench.run(11);
  }
  t.is(ids(bench.said), 1);
  t.deepEqual(
    bench.said
      .filter(({ chattering }) => chattering)
      .map(({ activations }) => activations)
      .slice(0, 1),
    [3],
  );
});

test('an alert later than the regroup time is another one, and knows the earlier and what became of it', (t) => {
  const bench = warm();
  const finding = bench.open();
  bench.run(2);
  bench.close(finding);
  bench.run(11);
  bench.act('FEEDBACK', { alertId: bench.said[0]?.alertId, feedback: 'FALSE' });
  bench.run(60);
  bench.open();
  const [next] = bench.run(3);
  t.is(next?.similar.length, 1);
  t.like(next?.similar[0], { alertId: bench.said[0]?.alertId ?? '', feedback: 'false' });
});

test('a shelved alarm is written down and not sent, and comes back by itself when the shelf expires', (t) => {
  const bench = warm();
  bench.act('SHELVE', { tag: 'well.whp', untilMs: bench.nowMs + 10 * minuteMs });
  bench.open();
  const said = bench.run(12);
  t.deepEqual(
    said.map(({ state, announced }) => [state, announced]),
    [
      ['shelved', false],
      ['unacknowledged', true],
    ],
  );
});

test('a shelf for one signal leaves the others alone; unshelving ends it', (t) => {
  const bench = warm();
  bench.act('SHELVE', { tag: 'well.flp', untilMs: bench.nowMs + hourMs });
  bench.open();
  t.deepEqual(states(bench.run(2)), ['unacknowledged']);
  bench.act('SHELVE', { untilMs: bench.nowMs + hourMs });
  t.deepEqual(states(bench.run(1)), ['shelved']);
  bench.act('UNSHELVE');
  t.deepEqual(states(bench.run(1)), ['unacknowledged']);
});

test('out of service silences a well until it is returned to service', (t) => {
  const bench = warm();
  bench.act('OUT_OF_SERVICE');
  bench.open({ severity: 'critical' });
  t.deepEqual(states(bench.run(2)), ['out-of-service']);
  bench.act('RETURN_TO_SERVICE');
  t.deepEqual(states(bench.run(1)), ['unacknowledged']);
});

test('while a record says workover a well is out of service, while it says maintenance suppressed by design', (t) => {
  for (const [code, state] of [
    [service.workover, 'out-of-service'],
    [service.maintenance, 'suppressed'],
  ] as const) {
    const bench = warm();
    bench.service = code;
    bench.open({ severity: 'critical' });
    const [alert] = bench.run(2);
    t.like(alert, { state, announced: false });
    bench.restart();
    t.deepEqual(bench.run(2), [], 'the task moved');
    bench.service = service.back;
    t.deepEqual(states(bench.run(1)), ['unacknowledged'], 'what still stands when it is over is said');
  }
});

test('an action that comes again after a newer one is no news', (t) => {
  const bench = warm();
  bench.act('SHELVE', { untilMs: bench.nowMs + hourMs });
  const old = {
    hlc: bench.nowMs * 1024,
    body: { action: 'SHELVE', by: 'ana', untilMs: bench.nowMs + hourMs },
  };
  bench.act('UNSHELVE');
  bench.feed({
    from: 'records',
    value: {
      tenant,
      site: 'norte',
      recordId: 'old',
      tombstone: false,
      kind: 'AlertAction',
      wellId: 1,
      hlc: old.hlc,
      body: { well: 'W-1', ...old.body },
    },
  });
  bench.open();
  t.deepEqual(states(bench.run(2)), ['unacknowledged']);
});

for (const [what, change] of [
  ['a choke move', { 'well.choke': 60 }],
  ['a start', { 'esp.run': 1 }],
] as const)
  test(`${what} suppresses what follows by design for half an hour; a critical finding passes`, (t) => {
    const bench = new Bench();
    bench.readings = { 'well.whp': 2_000, 'well.choke': 40, 'esp.run': what === 'a start' ? 0 : 1 };
    bench.run(5);
    Object.assign(bench.readings, change);
    bench.run(1);
    bench.open();
    t.deepEqual(states(bench.run(20)), ['suppressed']);
    t.deepEqual(states(bench.run(15)), ['unacknowledged']);
    const other = new Bench();
    other.readings = { 'well.whp': 2_000, 'well.choke': 40, 'esp.run': what === 'a start' ? 0 : 1 };
    other.run(5);
    Object.assign(other.readings, change);
    other.run(1);
    other.open({ severity: 'critical' });
    t.deepEqual(states(other.run(3)), ['unacknowledged']);
  });

for (const [what, before, change] of [
  ['a choke move', { 'well.choke': 40, 'esp.run': 1 }, { 'well.choke': 60 }],
  ['a frequency change', { 'esp.f': 50, 'esp.run': 1 }, { 'esp.f': 55 }],
  ['a start', { 'esp.run': 0 }, { 'esp.run': 1 }],
] as const)
  test(`rules of physics stay on after ${what}; what a rule only notes lets nothing pass`, (t) => {
    const after = (...found: Partial<Anomaly>[]) => {
      const bench = new Bench();
      bench.readings = { 'well.whp': 2_000, ...before };
      bench.run(5);
      Object.assign(bench.readings, change);
      bench.run(1);
      for (const over of found) bench.open(over);
      return states(bench.run(20));
    };
    const rule = { tag: 'well.choke.up.p', detector: 'flow-stability', textKey: 'unstable' };
    t.deepEqual(after({}), ['suppressed']);
    t.deepEqual(after(rule), ['unacknowledged']);
    t.deepEqual(after({}, rule), ['unacknowledged']);
    t.deepEqual(after({}, { ...rule, severity: 'info' }), ['suppressed']);
  });

test('a rule of physics about a well that is shut-in or tested is suppressed by design', (t) => {
  const rule = { tag: 'well.choke.up.p', detector: 'flow-stability', textKey: 'unstable' };
  const shut = warm();
  shut.readings['esp.run'] = 0;
  shut.run(1);
  shut.open(rule);
  t.deepEqual(states(shut.run(20)), ['suppressed']);
  const tested = warm();
  tested.record('WellTest', { startMs: tested.nowMs, durationMinutes: 60, oilM3PerDay: 25, accepted: true });
  tested.open(rule);
  t.deepEqual(states(tested.run(20)), ['suppressed']);
});

test('oil at stake is expected less actual rate, all of it where the well is shut-in, unknown without a rate', (t) => {
  const bench = new Bench();
  bench.readings = { 'well.whp': 2_000, 'well.qo': 100, 'esp.run': 1 };
  bench.run(120);
  bench.open();
  bench.readings['well.qo'] = 40;
  bench.run(60);
  bench.open({ tag: 'well.flp' });
  const [low] = bench.run(3).slice(-1);
  t.true(Math.abs((low?.deferredOilM3PerDay ?? 0) - 60) < 10, String(low?.deferredOilM3PerDay));
  t.is(low?.priority, 'high');
  const blind = warm();
  blind.open();
  t.is(blind.run(3)[0]?.deferredOilM3PerDay, null);
  const tested = warm();
  tested.record('WellTest', { startMs: t0, durationMinutes: 1, oilM3PerDay: 25, accepted: true });
  tested.readings['esp.run'] = 0;
  tested.run(1);
  tested.open({ severity: 'critical' });
  t.like(tested.run(3)[0], { deferredOilM3PerDay: 25, priority: 'high', wellState: 'shut-in' });
});

test('beyond the rate limit of a well alerts are written down and not sent, but for urgent ones', (t) => {
  const bench = warm();
  for (let n = 0; n < alertLimits.announcedPerHourMax + 1; n++) {
    const finding = bench.open();
    bench.run(2);
    bench.close(finding);
    bench.run(11);
  }
  const opened = bench.said.filter(({ endMs, signals }) => endMs === null && signals.at(-1)?.endMs === null);
  t.deepEqual(
    opened.map(({ announced }) => announced),
    [true, true, true, false],
  );
});

test('a silent site is one alert for all its wells, and over when one of them speaks', (t) => {
  const bench = new Bench();
  bench.run(3, [4, 2, 3]);
  const silent = bench.run(20, []);
  t.is(silent.length, 1);
  t.like(silent[0], { kind: 'site-silent', state: 'unacknowledged', endMs: null, well: { wellId: 2 } });
  const back = bench.run(1, [3]);
  t.like(back[0], { kind: 'site-silent', state: 'normal', alertId: silent[0]?.alertId ?? '' });
  t.is(back.length, 1);
});

test('a silence that has ended does not come back with the changes kept until then, whichever well spoke first', (t) => {
  const bench = new Bench();
  const kept = new Map<number, Buffer>();
  const commit = (): void =>
    bench.operator.state?.drainChanges({
      put: (key, value) => void kept.set(key, Buffer.from(value)),
      remove: (key) => void kept.delete(key),
    });
  bench.run(1, [3]);
  t.is(bench.run(20, []).length, 1);
  commit();
  t.like(bench.run(1, [2])[0], { kind: 'site-silent', state: 'normal' });
  commit();
  bench.restart(kept);
  t.deepEqual(bench.run(3, [3]), []);
});

test('bad sensors are quiet: no alert, but named in those that come', (t) => {
  const bench = warm();
  bench.open({ kind: 'quality', tag: 'esp.tm', textKey: 'frozen', detector: 'quality' });
  t.deepEqual(bench.run(5), []);
  bench.open();
  t.like(bench.run(2)[0], { sensorsMissing: ['esp.tm'], confidence: 'low' });
});

test('historical findings raise nothing', (t) => {
  const bench = warm();
  bench.open({ lane: 'backfill', severity: 'critical' });
  t.deepEqual(bench.run(5), []);
});

test('an alert that lasts a day is standing', (t) => {
  const bench = warm();
  bench.open();
  const said = bench.run(24 * 60 + 3);
  t.deepEqual(
    said.map(({ standing }) => standing),
    [false, true],
  );
});

test('what detectors give up after a day as a new normal is put to a person: standing, then returned, unacknowledged', (t) => {
  const bench = warm();
  const finding = bench.open();
  bench.run(24 * 60);
  bench.feed({ from: 'findings', value: { ...finding, textKey: 'newNormal', endMs: bench.nowMs } });
  t.deepEqual(
    bench.run(30).map(({ standing, state, signals }) => [standing, state, signals[0]?.textKey]),
    [
      [true, 'unacknowledged', 'newNormal'],
      [false, 'returned-unacknowledged', 'newNormal'],
    ],
  );
});

test('alerts are the same however often the task moves', (t) => {
  const play = (moves: (minute: number) => boolean): Alert[] => {
    const bench = new Bench();
    bench.readings = { 'well.whp': 2_000, 'well.qo': 100.7, 'well.choke': 40.3, 'esp.run': 1 };
    let finding: Anomaly | null = null;
    for (let n = 0; n < 400; n++) {
      if (moves(n)) bench.restart();
      bench.readings['well.qo'] = 100.7 - (n % 50) / 3;
      if (n % 97 === 60) bench.readings['well.choke'] = 40.3 + n / 20;
      if (n % 40 === 10) finding = bench.open({ tag: n % 80 === 10 ? 'well.whp' : 'well.flp' });
      if (n % 40 === 25 && finding !== null) bench.close(finding);
      if (n % 90 === 30) bench.act('ACKNOWLEDGE');
      if (n === 200) bench.act('SHELVE', { untilMs: bench.nowMs + 30 * minuteMs });
      if (n % 61 === 5) bench.open({ kind: 'quality', tag: `esp.v${n}`, textKey: 'frozen' });
      bench.run(n > 300 && n < 330 ? 0 : 1);
      if (n > 300 && n < 330) bench.minute++;
    }
    return bench.said;
  };
  const whole = play(() => false);
  t.true(whole.length > 10);
  t.deepEqual(
    play((n) => n % 3 === 1),
    whole,
  );
});

test('what is kept of a well is bounded: signals, past events, shelves, missing sensors, wells', (t) => {
  const bench = warm();
  for (let n = 0; n < 3 * signalsMax; n++) {
    bench.open({ tag: `esp.x${n}` });
    bench.run(2);
  }
  t.true((bench.said.at(-1)?.signals.length ?? 0) <= signalsMax);
  t.is(bench.said.at(-1)?.firstOut?.tag, 'esp.x0');
  const past = warm();
  for (let n = 0; n < pastMax + 3; n++) {
    const finding = past.open();
    past.run(2);
    past.close(finding);
    past.run(60);
  }
  t.is(past.said.at(-1)?.similar.length, pastMax);
  const shelved = warm();
  for (let n = 0; n < shelvesMax + 1; n++)
    shelved.act('SHELVE', { tag: `esp.x${n}`, untilMs: shelved.nowMs + (n + 1) * hourMs });
  shelved.open({ tag: 'esp.x0', severity: 'critical' });
  t.deepEqual(states(shelved.run(2)), ['unacknowledged']);
  const blind = warm();
  for (let n = 0; n < missingMax + 5; n++) blind.open({ kind: 'quality', tag: `esp.x${n}` });
  blind.open();
  t.is(blind.run(2)[0]?.sensorsMissing.length, missingMax);
  const full = createAlertOperator({ tagName: () => '', directory, wellsMax: 1 });
  full.process({ from: 'findings', value: bench.finding() }, () => {});
  full.process({ from: 'findings', value: bench.finding({ well: wellOf(2) }) }, () => {});
  t.is(full.refused, 1);
});

test('every cause is said in Spanish and English, and speaks of signals that exist', (t) => {
  t.deepEqual(Object.keys(causeTexts.es).sort(), [...causeKeys].sort());
  t.deepEqual(Object.keys(causeTexts.en).sort(), [...causeKeys].sort());
  for (const tag of causeTags) t.not(signalOf(tag), undefined, tag);
});

test('a cause needs two of its signs, or its only one, and gives way to one that fits better', (t) => {
  const sides = (signs: Record<string, 'high' | 'low'>) => new Map(Object.entries(signs));
  t.deepEqual(likelyCauses(sides({ 'esp.tm': 'high' })), ['motorOverheating']);
  t.deepEqual(likelyCauses(sides({ 'esp.ia': 'low' })), ['unknown']);
  t.is(likelyCauses(sides({ 'esp.ia': 'low', 'esp.pip': 'high', 'esp.pdp': 'low' }))[0], 'brokenShaft');
  t.is(likelyCauses(sides({ 'esp.ia': 'low', 'esp.pip': 'low', 'well.ql': 'low' }))[0], 'pumpOff');
});

test('what is only noted opens nothing, joins what does, and holds nothing open', (t) => {
  const bench = warm();
  bench.open({ severity: 'info' });
  t.deepEqual(bench.run(20), []);
  const warning = bench.open({ tag: 'well.flp' });
  const said = bench.run(2);
  t.deepEqual(
    said.at(-1)?.signals.map(({ tag }) => tag),
    ['well.whp', 'well.flp'],
  );
  bench.close(warning);
  t.is(bench.run(12).at(-1)?.state, 'returned-unacknowledged');
});

test('what was noted hours before is no part of an event', (t) => {
  const bench = warm();
  bench.open({ severity: 'info' });
  bench.run(45);
  bench.open({ tag: 'well.flp' });
  t.is(bench.run(2).at(-1)?.firstOut?.tag, 'well.flp');
});

test('what came and went while catching up is written down as returned, and sent to nobody', (t) => {
  const bench = warm();
  const startMs = bench.nowMs - 3 * hourMs;
  const finding = bench.open({ startMs });
  bench.feed({ from: 'findings', value: { ...finding, endMs: startMs + hourMs } });
  const noted = bench.open({ severity: 'info', tag: 'well.flp', startMs });
  bench.feed({ from: 'findings', value: { ...noted, endMs: startMs + hourMs } });
  const [said, ...more] = bench.run(5);
  t.like(said, { state: 'returned-unacknowledged', endMs: startMs + hourMs, announced: false });
  t.deepEqual(more, []);
});

test('what a rule over several sensors found names the cause before what only fits', (t) => {
  const bench = warm();
  bench.open({ textKey: 'high' });
  bench.feed({
    from: 'rules',
    value: bench.finding({ tag: 'well.choke.up.p', detector: 'flow-stability', textKey: 'unstable' }),
  });
  bench.open({ tag: 'well.flp', textKey: 'high' });
  t.deepEqual(bench.run(2).at(-1)?.causes, ['flowInstability', 'pluggedFlowline']);
});

test('a finding over several signals says which made it, also after the task has moved', (t) => {
  const bench = warm();
  bench.open();
  const contributions = [
    { tag: 'well.flp', share: 0.75 },
    { tag: 'well.whp', share: 0.25 },
  ];
  const noted = { tag: 'well.flp', detector: 'together', severity: 'info', textKey: 'apart' } as const;
  bench.feed({ from: 'together', value: bench.finding({ ...noted, contributions }) });
  bench.restart();
  const [alert] = bench.run(3);
  t.deepEqual(
    alert?.signals.map((s) => s.contributions),
    [undefined, contributions],
  );
});

test('limits are those of the most specific rule for the well', (t) => {
  const opensAfter = (...rules: AlertRule[]): number => {
    const bench = new Bench(rules);
    bench.run(1);
    bench.open();
    for (let minute = 1; minute <= 60; minute++) if (bench.run(1).length > 0) return minute;
    return 0;
  };
  const usual = opensAfter();
  const delayed = (minutes: number) => ({ limits: { onDelayMs: minutes * minuteMs } });
  const w1 = { tenant: 'acme', site: 'norte', well: 'W-1' };
  t.is(opensAfter({ tenant: 'acme', ...delayed(21) }), usual + 20);
  t.is(opensAfter({ ...w1, ...delayed(11) }, { tenant: 'acme', ...delayed(21) }), usual + 10);
  t.is(opensAfter({ ...w1, well: 'W-2', ...delayed(21) }), usual);
  t.is(opensAfter({ ...w1, limits: { chatterActivations: 9 } }, delayed(6)), usual + 5);
});
