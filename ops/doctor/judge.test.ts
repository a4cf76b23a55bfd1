import test from 'ava';
import { judgeDisk } from './checkDisk.js';
import type { Finding } from './checkUp.js';
import { type DatabaseFacts, judgeDatabase } from './judgeDatabase.js';
import { judgeTopics, type TopicFacts } from './judgeTopics.js';

const sound: DatabaseFacts = {
  version: '16.3',
  timescale: null,
  fsync: 'on',
  synchronousCommit: 'on',
  fullPageWrites: 'on',
  locksPerTransaction: 256,
  connectionsMax: 200,
  preparedTransactionsMax: 0,
  tenants: 20,
  hotTables: 6,
  relations: 5_000,
  clockAheadMs: 200,
};
const use = { threads: 4, embeddedLog: false };

const notWell = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ health }) => health === 'failed' || health === 'warning')
    .map(({ part, health }) => `${part} ${health}`);

test('a sound database has nothing to mend', (t) => {
  t.deepEqual(notWell(judgeDatabase(sound, use)), []);
});

const databases: readonly (readonly [Partial<DatabaseFacts>, readonly string[]])[] = [
  [{ fsync: 'off' }, ['fsync failed']],
  [{ fullPageWrites: 'off' }, ['full_page_writes failed']],
  [{ synchronousCommit: 'off' }, ['synchronous_commit warning']],
  [{ synchronousCommit: 'local' }, []],
  [{ locksPerTransaction: 127 }, ['locks warning']],
  [{ locksPerTransaction: 128 }, []],
  // 6 tables × 2 locks × 4 threads × 1,066 tenants is just within 256 × 200, one more is not.
  [{ tenants: 1_066 }, []],
  [{ tenants: 1_067 }, ['locks warning']],
  [{ connectionsMax: 58 }, []],
  [{ connectionsMax: 57 }, ['connections warning']],
  [{ relations: 200_000 }, []],
  [{ relations: 200_001 }, ['relations warning']],
  [{ clockAheadMs: -6_000 }, ['clock warning']],
];
for (const [change, expected] of databases)
  test(`a database with ${JSON.stringify(change)} is ${expected.length === 0 ? 'well' : expected.join()}`, (t) => {
    t.deepEqual(notWell(judgeDatabase({ ...sound, ...change }, use)), expected);
  });

test('with the log in the database, commits that are acknowledged before they are safe are no small matter', (t) => {
  const findings = judgeDatabase({ ...sound, synchronousCommit: 'off' }, { ...use, embeddedLog: true });
  t.deepEqual(notWell(findings), ['synchronous_commit failed']);
});

const wanted = { topics: ['a', 'b'], partitions: 8 };
const topic = (name: string, change: Partial<TopicFacts> = {}): TopicFacts => ({
  topic: name,
  partitions: 8,
  replicas: 3,
  settings: {
    'message.timestamp.type': 'LogAppendTime',
    'unclean.leader.election.enable': 'false',
    'min.insync.replicas': '2',
  },
  ...change,
});
const set = (name: string, value: string): Partial<TopicFacts> => ({
  settings: { ...topic('a').settings, [name]: value },
});

const topics: readonly (readonly [string, readonly TopicFacts[], readonly string[]])[] = [
  ['sound topics', [topic('a'), topic('b')], []],
  ['a missing topic', [topic('a')], ['event log failed']],
  ['topics not co-partitioned', [topic('a'), topic('b', { partitions: 4 })], ['partitions failed']],
  [
    'another count than configured',
    [topic('a', { partitions: 4 }), topic('b', { partitions: 4 })],
    ['partitions failed'],
  ],
  [
    'CreateTime',
    [topic('a', set('message.timestamp.type', 'CreateTime')), topic('b')],
    ['timestamps failed'],
  ],
  [
    'unclean election',
    [topic('a', set('unclean.leader.election.enable', 'true')), topic('b')],
    ['unclean election failed'],
  ],
  ['one replica', [topic('a', { replicas: 1 }), topic('b', { replicas: 1 })], ['replication warning']],
  [
    'one in-sync replica of three',
    [topic('a', set('min.insync.replicas', '1')), topic('b')],
    ['in-sync replicas warning'],
  ],
  ['settings that are not said', [topic('a', { settings: {} }), topic('b', { settings: {} })], []],
];
for (const [what, facts, expected] of topics)
  test(`of ${what} it is said: ${expected.join() || 'nothing'}`, (t) => {
    t.deepEqual(notWell(judgeTopics(facts, wanted)), expected);
  });

test('12 or 256 partitions are not what a cell has', (t) => {
  for (const partitions of [12, 256]) {
    const facts = [topic('a', { partitions }), topic('b', { partitions })];
    t.deepEqual(notWell(judgeTopics(facts, { ...wanted, partitions })), ['partitions failed']);
  }
});

test('a disk is low below 2 GiB, or below a tenth', (t) => {
  const gib = 1024 ** 3;
  t.is(judgeDisk('/d', { bytes: 2 * gib, share: 0.1 }).health, 'ok');
  t.is(judgeDisk('/d', { bytes: 2 * gib - 1, share: 0.5 }).health, 'warning');
  t.is(judgeDisk('/d', { bytes: 90 * gib, share: 0.09 }).health, 'warning');
});
