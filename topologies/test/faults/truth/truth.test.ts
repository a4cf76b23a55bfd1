/** Laws of the truth: it says what the engine makes of traffic that nothing disturbs, and finds every way to differ from it. */
import test from 'ava';
import { readSchema } from '#schemas/avro/readSchema.js';
import { openDriver } from '../../../driver/driver.js';
import { createMemoryDirectory } from '../../../driver/memoryDirectory.js';
import wells from '../../../wells.js';
import { createRandom } from '../random.js';
import { compareSentLetters, compareStored } from './compareStored.js';
import { judgeAlerts } from '../live/judgeAlerts.js';
import { judgeRecords } from './judgeRecords.js';
import type { Stored, StoredLetter } from './readStored.js';
import { closingTag, makeTraffic, trafficTags } from './traffic.js';
import { emptyMinute, type LoggedRecord, type Minute, minuteName, recordName, type Truth } from './truth.js';

const startMs = Date.UTC(2026, 8, 21, 14);
const schema = { id: 7, text: readSchema('edge.telemetry.v1') };
const known = ['W-1', 'W-2', 'W-3'].map((well) => ({ tenant: 'acme', site: 'norte', well }));

function log(seed: number): LoggedRecord[] {
  const next = new Map<string, number>();
  const random = createRandom(seed);
  const options = { random, wells: known, schema, startMs, minutes: 15, frameMs: 20_000, spoilt: 0.3 };
  return makeTraffic(options).map(({ topic, key, value, atMs }) => {
    const offset = next.get(topic) ?? 0;
    next.set(topic, offset + 1);
    return { topic, partition: 0, offset, timestampMs: atMs, key: Buffer.from(key), value };
  });
}

const truthOf = (records: readonly LoggedRecord[]): Truth =>
  judgeRecords(records, { schemas: new Map([[schema.id, schema.text]]), wells: known });

/** The engine without broker, database or faults. */
async function undisturbed(records: readonly LoggedRecord[]): Promise<Stored> {
  const directory = createMemoryDirectory(known);
  const options = { window: { allowedLatenessMs: 60_000, idleTimeoutMs: 120_000 } };
  const schemas = new Map([[schema.id, schema.text]]);
  const driver = await openDriver({ topology: wells, directory, options, schemas });
  const deadLetters: StoredLetter[] = [];
  const minutes = new Map<string, Minute>();
  let nowMs = 0;
  const end = (): void => {
    for (const row of driver.cycle(nowMs).windowRows) {
      const well = known[row.wellId - 1]?.well ?? '';
      const tenant = directory.tenant(row.tenant);
      if (tenant === undefined) throw new Error(`a row of ${row.tenant}`);
      const name = minuteName(row.tenant, 'norte', well, directory.tagName(tenant, row.tagId), row.startMs);
      minutes.set(name, merge(minutes.get(name) ?? emptyMinute(), { ...row, samples: row.count }));
    }
  };
  for (const [i, record] of records.entries()) {
    const { topic, key, value, timestampMs } = record;
    const outcome = await driver.push({
      topic,
      key: Buffer.from(key ?? []).toString('utf8'),
      value,
      arrivalMs: timestampMs,
    });
    if (outcome.kind === 'rejected')
      deadLetters.push({ name: recordName(record), reason: outcome.reason, key, value });
    nowMs = timestampMs;
    if (i % 7 === 0) end();
  }
  end();
  nowMs += 3_600_000;
  end();
  const { frames, samples } = driver.tally;
  const tally = new Map([
    ...Object.entries({ ...frames, rejected: deadLetters.length }).map(
      ([name, total]) => [`frames ${name}`, total] as const,
    ),
    ...Object.entries(samples).map(([name, total]) => [`samples ${name}`, total] as const),
  ]);
  driver.dispose();
  return { minutes, deadLetters, tally };
}

function merge(a: Minute, b: Minute): Minute {
  const [held, other] = [a.good > 0, b.good > 0];
  const both = { ...a, samples: a.samples + b.samples, flags: a.flags | b.flags };
  if (!other) return both;
  const isFirst = !held || b.firstMs < a.firstMs || (b.firstMs === a.firstMs && b.first! < a.first!);
  const isLast = !held || b.lastMs > a.lastMs || (b.lastMs === a.lastMs && b.last! > a.last!);
  return {
    ...both,
    good: a.good + b.good,
    sum: a.sum + b.sum,
    sumSquares: a.sumSquares + b.sumSquares,
    min: held ? Math.min(a.min!, b.min!) : b.min,
    max: held ? Math.max(a.max!, b.max!) : b.max,
    ...(isFirst ? { first: b.first, firstMs: b.firstMs } : { first: a.first, firstMs: a.firstMs }),
    ...(isLast ? { last: b.last, lastMs: b.lastMs } : { last: a.last, lastMs: a.lastMs }),
  };
}

const inOrder = ({ minutes, deadLetters, ...counts }: Truth) => ({
  ...counts,
  minutes: [...minutes].sort(([a], [b]) => (a < b ? -1 : 1)),
  deadLetters: [...deadLetters].sort(([a], [b]) => (a < b ? -1 : 1)),
});

const openTags = new Set([closingTag]);

test('the truth is what the engine makes of any traffic that nothing disturbs', async (t) => {
  const reasons = new Set<string>();
  for (let seed = 0; seed < 25; seed++) {
    const records = log(seed);
    const truth = truthOf(records);
    t.deepEqual(compareStored(truth, await undisturbed(records), { openTags }), [], `seed ${seed}`);
    for (const { reason } of truth.deadLetters.values()) reasons.add(reason);
    t.true(truth.frames.duplicate > 0 && truth.frames.admitted > 50);
  }
  t.deepEqual([...reasons].sort(), [
    'empty-frame',
    'key-mismatch',
    'length-mismatch',
    'reused-sequence',
    'time-impossible',
    'undecodable',
    'unknown-tenant',
    'unknown-well',
    'wire-format',
  ]);
});

test('traffic of one seed is the same to the byte, and of another is not', (t) => {
  t.deepEqual(log(3), log(3));
  t.notDeepEqual(log(3), log(4));
  t.true(log(3).every((record, i, all) => i === 0 || record.timestampMs >= (all[i - 1]?.timestampMs ?? 0)));
});

test('the truth of records does not depend on the order in which topics are read', (t) => {
  for (let seed = 0; seed < 10; seed++) {
    const records = log(seed);
    const byTopic = [...records].sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0));
    t.deepEqual(inOrder(truthOf(byTopic)), inOrder(truthOf(records)));
  }
});

test('every field of a minute, a lost, doubled or false row and a wrong count are found', async (t) => {
  const records = log(1);
  const truth = truthOf(records);
  const stored = await undisturbed(records);
  const differs = (over: Partial<Stored>) => compareStored(truth, { ...stored, ...over }, { openTags });
  const [name, minute] = [...stored.minutes].find(([, each]) => each.good > 0) ?? ['', emptyMinute()];
  for (const field of Object.keys(minute) as (keyof Minute)[]) {
    const changed = new Map(stored.minutes).set(name, { ...minute, [field]: (minute[field] ?? 0) + 1 });
    t.is(differs({ minutes: changed }).length, 1, field);
  }
  const without = new Map(stored.minutes);
  without.delete(name);
  t.is(differs({ minutes: without }).length, 1);
  t.is(differs({ minutes: new Map(stored.minutes).set('acme norte W-9 x now', minute) }).length, 1);
  const [letter, ...others] = stored.deadLetters;
  if (letter === undefined) throw new Error('seed 1 has no dead letter');
  t.is(differs({ deadLetters: others }).length, 1);
  t.is(differs({ deadLetters: [letter, ...stored.deadLetters] }).length, 1);
  t.is(differs({ deadLetters: [{ ...letter, reason: 'x' }, ...others] }).length, 1);
  t.is(differs({ deadLetters: [{ ...letter, value: null }, ...others] }).length, 1);
  t.is(differs({ tally: new Map(stored.tally).set('frames duplicate', -1) }).length, 1);
  const ids = [...truth.deadLetters.keys()];
  t.deepEqual(compareSentLetters(truth, [...ids, ...ids]), []);
  t.is(compareSentLetters(truth, ids.slice(1)).length, 1);
  t.is(compareSentLetters(truth, [...ids, 'another']).length, 1);
});

test('an alert that is not told, told of nothing, missing a revision or twice for one event is found', (t) => {
  const row = {
    alertId: 'a',
    revision: 1,
    well: '7',
    kind: 'sentinel',
    startMs: 0,
    endMs: null,
    announced: true,
  };
  const ended = { ...row, revision: 2, endMs: 100 };
  const other = { ...row, alertId: 'b', startMs: 100 };
  const quiet = { ...row, alertId: 'c', kind: 'frozen', announced: false };
  const stored = [row, ended, other, quiet];
  const ids = ['a/1', 'a/2', 'b/1'];
  t.deepEqual(judgeAlerts(stored, [...ids, ...ids]), []);
  t.is(judgeAlerts(stored, ids.slice(1)).length, 1);
  t.is(judgeAlerts(stored, [...ids, 'c/1']).length, 1);
  t.is(judgeAlerts([ended, other, quiet], ids.slice(1)).length, 1);
  t.is(judgeAlerts([row, { ...ended, revision: 3 }, other, quiet], ['a/1', 'a/3', 'b/1']).length, 1);
  t.is(judgeAlerts([row, row, ended, other, quiet], ids).length, 2);
  t.is(judgeAlerts([row, ended, { ...other, startMs: 99 }, quiet], ids).length, 1);
  t.is(judgeAlerts([row, other, quiet], ['a/1', 'b/1']).length, 1);
});

test('all tags that traffic names are listed', (t) => {
  for (const name of truthOf(log(2)).minutes.keys())
    t.true(trafficTags.includes(name.split(' ').at(-2) ?? ''));
});
