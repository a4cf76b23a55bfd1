import { connect, createServer, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { operatorState } from '#schemas/tables/operatorState.js';
import { outbox } from '#schemas/tables/outbox.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { fingerprintOf } from '#ops/servers/testTemplate.js';
import { ChunkPool } from './chunkPool.js';
import type { CommitEvent } from './commitEvent.js';
import { buildSampleDatabase, sampleCommit, type SampleCommit, sampleTopic } from './commitSample.js';
import { type CommitterOptions, createCommitter } from './committer.js';
import { type CommitStep, commitSteps } from './commitTransaction.js';
import { cycleOf } from './cycle.js';
import { deadLetterRows } from './deadLetterRows.js';
import { foldState } from './foldState.js';
import { readState } from './readState.js';
import { openSession, type Session } from './session.js';
import { packAll, packChanges, StatePacker } from './statePack.js';
import { StateRestore } from './stateRestore.js';
import type { Claim, CommitOutcome, Committer, TaskCommit } from './taskCommit.js';
import type { KeyedState, StateWriter } from '../operator.js';

const template = {
  name: 'commit',
  fingerprint: () => fingerprintOf(import.meta.resolve('#schemas/migrations')),
  build: buildSampleDatabase,
};

interface Bed {
  readonly url: string;
  readonly pool: ChunkPool;
  readonly events: CommitEvent[];
  committer(options?: Partial<CommitterOptions>): Committer;
  sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  client(applicationName?: string): Promise<Client>;
  commit(sample: Omit<SampleCommit, 'pool'>): TaskCommit;
}

async function bed(t: ExecutionContext): Promise<Bed> {
  const { url } = await testDatabase(t, { template });
  const pool = new ChunkPool();
  const events: CommitEvent[] = [];
  let owners = 0;
  const client = async (applicationName = 'test'): Promise<Client> => {
    const opened = new Client({ connectionString: url, application_name: applicationName });
    opened.on('error', () => undefined);
    await opened.connect();
    t.teardown(() => opened.end().catch(() => undefined));
    return opened;
  };
  const plain = await client();
  return {
    url,
    pool,
    events,
    client,
    committer(options = {}) {
      owners++;
      const committer = createCommitter({
        databaseUrl: url,
        owner: `owner-${owners}`,
        pool,
        onEvent: (event) => events.push(event),
        ...options,
      });
      t.teardown(() => committer.close());
      return committer;
    },
    async sql(text, values = []) {
      return (await plain.query(text, values)).rows as never[];
    },
    commit: (sample) => sampleCommit({ ...sample, pool }),
  };
}

/** Everything a commit makes, as one snapshot sees it. */
async function stored(b: Bed): Promise<Record<string, unknown>> {
  const [row] = await b.sql(
    `SELECT (SELECT count(*)::int FROM t_alfa.reading_1m) AS alfa,
            (SELECT count(*)::int FROM t_beta.reading_1m) AS beta,
            (SELECT count(*)::int FROM balancin.operator_state) AS segments,
            (SELECT count(*)::int FROM balancin.outbox) AS messages,
            (SELECT json_agg(json_build_array(task, commit_number::int, next_offsets -> '${sampleTopic}') ORDER BY task)
             FROM balancin.task) AS tasks,
            (SELECT coalesce(sum(total), 0)::int FROM balancin.task_tally WHERE measure = 'frames') AS frames`,
  );
  return row ?? {};
}

const message = (n: number) => ({
  messageId: `m-${n}`,
  topic: 'balancin.alerts.v1',
  key: 'k',
  value: Buffer.of(n),
});

class MapState implements KeyedState {
  readonly version = 1;
  readonly values = new Map<number, string>();
  readonly #dirty = new Set<number>();

  set(key: number, value: string | null): void {
    if (value === null) this.values.delete(key);
    else this.values.set(key, value);
    this.#dirty.add(key);
  }

  drainChanges(out: StateWriter): void {
    for (const key of this.#dirty) {
      const value = this.values.get(key);
      if (value === undefined) out.remove(key);
      else out.put(key, Buffer.from(value));
    }
    this.#dirty.clear();
  }

  drainAll(out: StateWriter): void {
    for (const [key, value] of this.values) out.put(key, Buffer.from(value));
    this.#dirty.clear();
  }

  restore(key: number, value: Uint8Array): void {
    this.values.set(key, Buffer.from(value).toString());
  }

  sorted(): [number, string][] {
    return [...this.values].sort(([a], [b]) => a - b);
  }
}

async function restored(committer: Committer, claim: Claim): Promise<[number, string][]> {
  const state = new MapState();
  const restore = new StateRestore(new Map([['op', state]]));
  await committer.restoreState(claim, (segment) => restore.add(segment));
  restore.finish();
  return state.sorted();
}

const oneSegment = () => {
  const state = new MapState();
  state.set(1, 'a');
  return [packChanges({ name: 'op', state }, new StatePacker())];
};

/** What a worker does with the outcomes: after anything but `committed` it claims again and looks where the task stands. */
async function deliver(committer: Committer, b: Bed, task: number): Promise<CommitOutcome[]> {
  const outcomes: CommitOutcome[] = [];
  for (;;) {
    const claim = await committer.claim('wells', task, [sampleTopic]);
    if (claim.commitNumber >= 1) return outcomes;
    const commit = b.commit({ claim, state: oneSegment(), outbox: [message(1)] });
    const outcome = (await committer.commit([commit])).get(task);
    if (outcome !== undefined) outcomes.push(outcome);
  }
}

const once = { alfa: 50, beta: 50, segments: 1, messages: 1, tasks: [[3, 1, 100]], frames: 100 };
const never = { alfa: 0, beta: 0, segments: 0, messages: 0, frames: 0 };

test('a first claim finds nothing, each claim raises the epoch, and a commit is where the next claim goes on', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const first = await committer.claim('wells', 3, [sampleTopic]);
  t.like(first, { epoch: 1, commitNumber: 0, clockMs: 0, owner: 'owner-1' });
  t.is(first.nextOffsets.size, 0);
  t.deepEqual([...(await committer.commit([b.commit({ claim: first })]))], [[3, 'committed']]);
  const second = await committer.claim('wells', 3, [sampleTopic]);
  t.like(second, { epoch: 2, commitNumber: 1, clockMs: 1_767_225_600_001 });
  t.deepEqual([...second.nextOffsets], [[sampleTopic, 100]]);
  t.deepEqual([...(await committer.claim('wells', 3, ['another.topic'])).nextOffsets], []);
});

test('how late records arrived is kept by the commit that read them, and not known after one of an older program', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const first = await committer.claim('wells', 3, [sampleTopic]);
  t.is(first.arrivedMs, 0);
  const commit = b.commit({ claim: first });
  await committer.commit([commit]);
  const second = await committer.claim('wells', 3, [sampleTopic]);
  t.is(second.arrivedMs, commit.arrivedMs);
  // As a program from before sends it.
  const advance = {
    topology: 'wells',
    task: 3,
    epoch: second.epoch,
    owner: second.owner,
    commit_number: 2,
    clock_ms: second.clockMs,
    expected: { [sampleTopic]: 100 },
    next: { [sampleTopic]: 200 },
    bases: [],
    tally: [],
  };
  await b.sql('SELECT balancin.advance($1)', [JSON.stringify([advance])]);
  t.like(await committer.claim('wells', 3, [sampleTopic]), { commitNumber: 2, arrivedMs: 0 });
});

test('rows, state, outbox, offsets and counts are seen together or not at all', async (t) => {
  const b = await bed(t);
  const seen: unknown[] = [];
  const committer = b.committer({
    onStep: async () => {
      seen.push(await stored(b));
    },
  });
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  await committer.commit([b.commit({ claim, state: oneSegment(), outbox: [message(1)] })]);
  t.is(seen.length, commitSteps.length);
  for (const each of seen) t.deepEqual(each, { ...never, tasks: [[3, 0, null]] });
  t.deepEqual(await stored(b), once);
  t.deepEqual(await b.sql('SELECT measure, name, total::int FROM balancin.task_tally ORDER BY 1, 2'), [
    { measure: 'frames', name: 'written', total: 100 },
    { measure: 'rejected_frames', name: 'unknown-well', total: 2 },
    { measure: 'samples', name: 'late', total: 3 },
    { measure: 'samples', name: 'written', total: 6000 },
  ]);
  t.is(b.pool.inUseBytes, 0);
});

test('of two who claimed a task only the later one commits, whoever is first to try', async (t) => {
  const b = await bed(t);
  const [zombie, owner] = [b.committer(), b.committer()];
  const old = await zombie.claim('wells', 3, [sampleTopic]);
  const current = await owner.claim('wells', 3, [sampleTopic]);
  t.is((await zombie.commit([b.commit({ claim: old })])).get(3), 'fenced');
  t.like(await stored(b), never);
  t.is((await owner.commit([b.commit({ claim: current })])).get(3), 'committed');
  t.is((await zombie.commit([b.commit({ claim: old })])).get(3), 'fenced');
  t.like(await stored(b), { alfa: 50, beta: 50, tasks: [[3, 1, 100]] });
  t.is(b.pool.inUseBytes, 0);
});

test('the same epoch under another owner is fenced: two databases restored from one backup cannot mix', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  t.is((await committer.commit([b.commit({ claim: { ...claim, owner: 'somebody' } })])).get(3), 'fenced');
});

test('a commit that expects other offsets, skips a number or comes twice is fenced', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const commit = b.commit({ claim });
  const wrong = { ...commit, expectedOffsets: new Map([[sampleTopic, 1]]) };
  t.is((await committer.commit([wrong])).get(3), 'fenced');
  const otherTopic = { ...commit, expectedOffsets: new Map([['edge.cards.v1', 1]]) };
  t.is((await committer.commit([otherTopic])).get(3), 'fenced');
  t.is((await committer.commit([{ ...commit, commitNumber: 2 }])).get(3), 'fenced');
  t.is((await committer.commit([b.commit({ claim })])).get(3), 'committed');
  t.is((await committer.commit([b.commit({ claim })])).get(3), 'fenced');
  t.like(await stored(b), { alfa: 50, beta: 50 });
});

test('a commit that goes back in offsets, number or time is a BUG before anything is sent', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const first = await committer.claim('wells', 3, [sampleTopic]);
  await committer.commit([b.commit({ claim: first })]);
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const commit = b.commit({ claim });
  for (const bad of [
    { ...commit, nextOffsets: new Map([[sampleTopic, 99]]) },
    { ...commit, commitNumber: 1 },
    { ...commit, clockMs: 5 },
  ]) {
    const error = await t.throwsAsync(committer.commit([bad]), { instanceOf: BalancinError });
    t.is(error.code, 'BUG');
  }
});

test('a fenced task is dropped and the others are committed from the bytes that were kept', async (t) => {
  const b = await bed(t);
  const [one, other] = [b.committer(), b.committer()];
  const claims = [];
  for (const task of [1, 2, 3]) claims.push(await one.claim('wells', task, [sampleTopic]));
  await other.claim('wells', 2, [sampleTopic]);
  const outcomes = await one.commit(claims.map((claim) => b.commit({ claim, state: oneSegment() })));
  t.deepEqual(
    [...outcomes],
    [
      [2, 'fenced'],
      [1, 'committed'],
      [3, 'committed'],
    ],
  );
  t.like(await stored(b), { alfa: 100, beta: 100, segments: 2 });
  t.deepEqual((await stored(b))['tasks'], [
    [1, 1, 100],
    [2, 0, null],
    [3, 1, 100],
  ]);
});

for (const step of commitSteps) {
  test(`a connection that is cut before step '${step}' loses nothing and doubles nothing`, async (t) => {
    const b = await bed(t);
    let cuts = 0;
    const committer = b.committer({
      onStep: async (reached, { pid }) => {
        if (reached !== step || cuts >= 2) return;
        cuts++;
        await b.sql('SELECT pg_terminate_backend($1, 5000)', [pid]);
      },
    });
    const outcomes = await deliver(committer, b, 3);
    t.is(cuts, 2);
    t.is(outcomes.at(-1), 'committed');
    t.deepEqual(await stored(b), once);
    t.is(b.pool.inUseBytes, 0);
  });
}

/** Stands before the server. Once armed, it reacts to the message that holds the fence. */
interface Wire {
  readonly url: string;
  /**
   * `answer`: the server gets the fence, its answer is lost. `request`: the fence is held until `release`, the connection cut.
   * `swallow`: nothing passes any more, and the connection stays.
   */
  cut: 'answer' | 'request' | 'swallow' | null;
  release(): Promise<void>;
}

async function wire(t: ExecutionContext, url: string): Promise<Wire> {
  const target = new URL(url);
  const { port, hostname } = target;
  const sockets = new Set<Socket>();
  let held: { readonly server: Socket; readonly bytes: Buffer } | null = null;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let silent = false;
    let swallowing = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (bytes: Buffer) => {
      const fence = self.cut !== null && bytes.includes('balancin.advance(');
      if (fence && self.cut === 'request') {
        held = { server: upstream, bytes };
        self.cut = null;
        client.destroy();
        return;
      }
      if (fence) {
        silent = self.cut === 'answer';
        swallowing = self.cut === 'swallow';
        self.cut = null;
      }
      if (!swallowing) upstream.write(bytes);
    });
    upstream.on('data', (bytes: Buffer) => {
      if (silent) client.destroy();
      else client.write(bytes);
    });
    client.on('close', () => {
      if (held?.server !== upstream && !swallowing) upstream.end();
    });
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  target.port = String(typeof address === 'object' ? address?.port : '');
  const self: Wire = {
    url: target.href,
    cut: null,
    async release() {
      if (held === null) return;
      const { server: upstream, bytes } = held;
      held = null;
      const answered = new Promise((resolve) => upstream.once('data', resolve));
      upstream.write(bytes);
      await answered;
      upstream.end();
    },
  };
  return self;
}

test('when the answer to COMMIT is lost the outcome is unknown, and the next claim shows that it happened', async (t) => {
  const b = await bed(t);
  const w = await wire(t, b.url);
  const committer = b.committer({ databaseUrl: w.url });
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  w.cut = 'answer';
  const commit = b.commit({ claim, state: oneSegment(), outbox: [message(1)] });
  t.is((await committer.commit([commit])).get(3), 'unknown');
  const next = await committer.claim('wells', 3, [sampleTopic]);
  t.like(next, { epoch: 2, commitNumber: 1 });
  t.deepEqual([...next.nextOffsets], [[sampleTopic, 100]]);
  t.deepEqual(await restored(committer, next), [[1, 'a']]);
  t.deepEqual(await stored(b), once);
});

test('when COMMIT itself is lost the outcome is unknown, and one that arrives after the next claim is fenced', async (t) => {
  const b = await bed(t);
  const w = await wire(t, b.url);
  const committer = b.committer({ databaseUrl: w.url });
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  w.cut = 'request';
  t.is((await committer.commit([b.commit({ claim })])).get(3), 'unknown');
  const next = await committer.claim('wells', 3, [sampleTopic]);
  t.like(next, { epoch: 2, commitNumber: 0 });
  await w.release();
  t.like(await stored(b), never);
  const commit = b.commit({ claim: next, state: oneSegment(), outbox: [message(1)] });
  t.is((await committer.commit([commit])).get(3), 'committed');
  t.deepEqual(await stored(b), once);
});

test('a server that swallows the fence and says nothing is waited for only so long', async (t) => {
  const b = await bed(t);
  const w = await wire(t, b.url);
  const committer = b.committer({ databaseUrl: w.url, attemptTimeoutMs: 500 });
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  w.cut = 'swallow';
  t.is((await committer.commit([b.commit({ claim })])).get(3), 'unknown');
  // On a loaded machine an honest commit may take longer than that, too: it is claimed and sent again.
  await deliver(committer, b, 3);
  t.deepEqual(await stored(b), once);
});

test('a process that hangs in mid-commit holds up no claim, and is fenced when it wakes', async (t) => {
  for (const step of ['rows', 'state', 'outbox', 'fence'] satisfies CommitStep[]) {
    const b = await bed(t);
    const asleep = deferred();
    const reached = deferred();
    const hung = b.committer({
      onStep: async (at) => {
        if (at !== step) return;
        reached.resolve();
        await asleep.promise;
      },
    });
    const claim = await hung.claim('wells', 3, [sampleTopic]);
    const committing = hung.commit([b.commit({ claim, state: oneSegment(), outbox: [message(1)] })]);
    await reached.promise;
    // Nobody is ended for it: the claim has nothing to wait for.
    const owner = b.committer({ lockTimeoutMs: 1_000, giveUpAfterMs: 0 });
    const next = await owner.claim('wells', 3, [sampleTopic]);
    const commit = b.commit({ claim: next, state: oneSegment(), outbox: [message(1)] });
    t.is((await owner.commit([commit])).get(3), 'committed');
    asleep.resolve();
    t.is((await committing).get(3), 'fenced', step);
    t.deepEqual(await stored(b), once);
    t.is(b.events.filter((e) => e.kind === 'claim-blocked').length, 0);
  }
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((r) => {
    resolve = r;
  });
  return { promise, resolve };
}

test('a claim ends a worker session that sits on its task, and no session of anybody else', async (t) => {
  const b = await bed(t);
  const committer = b.committer({ claimPatienceMs: 50 });
  await committer.claim('wells', 3, [sampleTopic]);

  const ours = await b.client('balancin-worker commit');
  await ours.query('BEGIN');
  await ours.query('UPDATE balancin.task SET updated_at = now()');
  t.like(await committer.claim('wells', 3, [sampleTopic]), { epoch: 2 });
  const blocked = () => b.events.filter((e) => e.kind === 'claim-blocked');
  while (blocked().length === 0) await new Promise((r) => setTimeout(r, 20));
  t.like(blocked(), [{ task: 3, otherPids: [] }]);

  const others = await b.client('psql');
  await others.query('BEGIN');
  await others.query('UPDATE balancin.task SET updated_at = now()');
  const impatient = b.committer({ claimPatienceMs: 50, lockTimeoutMs: 3_000, giveUpAfterMs: 0 });
  const error = await t.throwsAsync(impatient.claim('wells', 3, [sampleTopic]), {
    instanceOf: BalancinError,
  });
  t.is(error.code, 'DATABASE_UNAVAILABLE');
  t.like(blocked()[1], { endedPids: [] });
  await others.query('ROLLBACK');
  t.like(await committer.claim('wells', 3, [sampleTopic]), { epoch: 3 });
});

for (const state of ['40P01', '40001', '55P03', '53100', '53200', '57014']) {
  test(`after ${state} the same bytes are sent again, and written once`, async (t) => {
    const b = await bed(t);
    await b.sql('CREATE SEQUENCE t_alfa.failures');
    await b.sql('GRANT USAGE ON SEQUENCE t_alfa.failures TO balancin_worker');
    await b.sql(`CREATE FUNCTION t_alfa.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('t_alfa.failures') <= 2 THEN RAISE EXCEPTION 'not now' USING ERRCODE = '${state}'; END IF;
      RETURN NULL; END $$`);
    await b.sql(
      'CREATE TRIGGER fail AFTER INSERT ON t_alfa.reading_1m FOR EACH STATEMENT EXECUTE FUNCTION t_alfa.fail()',
    );
    const committer = b.committer();
    const claim = await committer.claim('wells', 3, [sampleTopic]);
    const commit = b.commit({ claim, state: oneSegment(), outbox: [message(1)] });
    t.is((await committer.commit([commit])).get(3), 'committed');
    t.is(b.events.filter((e) => e.kind === 'again').length, 2);
    t.deepEqual(await stored(b), once);
  });
}

test('an outage that outlasts patience is DATABASE_UNAVAILABLE, and the commit goes through later', async (t) => {
  const b = await bed(t);
  const committer = b.committer({ lockTimeoutMs: 50, giveUpAfterMs: 200 });
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const lock = await b.client();
  await lock.query('BEGIN');
  await lock.query('LOCK TABLE t_alfa.reading_1m IN ACCESS EXCLUSIVE MODE');
  const error = await t.throwsAsync(committer.commit([b.commit({ claim })]), { instanceOf: BalancinError });
  t.is(error.code, 'DATABASE_UNAVAILABLE');
  t.is(b.pool.inUseBytes, 0);
  await lock.query('ROLLBACK');
  t.is((await committer.commit([b.commit({ claim })])).get(3), 'committed');
  t.like(await stored(b), { alfa: 50, beta: 50 });
});

test('a row that the database refuses stops its own task with a BUG that says where, and no other', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claims = [];
  for (const task of [1, 2, 3]) claims.push(await committer.claim('wells', task, [sampleTopic]));
  const commits = claims.map((claim) => b.commit({ claim }));
  // A length that runs over the end: what a broken encoder would make.
  const broken = commits[1]?.rows[0]?.chunks[0];
  broken?.set([0, 15, 0, 0, 0, 99], 0);
  const outcomes = await committer.commit(commits);
  t.deepEqual(
    [...outcomes],
    [
      [1, 'committed'],
      [2, 'refused'],
      [3, 'committed'],
    ],
  );
  t.like(await stored(b), { alfa: 100, beta: 100 });
  const [refused] = b.events.filter((e) => e.kind === 'refused');
  t.like(refused, { kind: 'refused', task: 2 });
  t.regex(refused?.kind === 'refused' ? refused.error.message : '', /refuses/);
  t.regex(
    refused?.kind === 'refused' ? String(refused.error.context['where']) : '',
    /COPY reading_1m, line 1/,
  );
});

test('dead letters are stored with the commit that found them, bytes and all', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const commit = b.commit({ claim });
  const letter = {
    topic: sampleTopic,
    partition: 3,
    offset: 17,
    arrivalMs: 1_767_225_600_123,
    key: null,
    value: Buffer.from([0, 1, 255]),
    reason: 'undecodable',
    detail: 'ends within series 2',
    tenant: 'alfa',
  } as const;
  const letters = deadLetterRows([letter], cycleOf(3, 1), b.pool);
  await committer.commit([{ ...commit, rows: [...commit.rows, ...(letters === null ? [] : [letters])] }]);
  t.deepEqual(
    await b.sql(
      `SELECT topic, partition, record_offset::int AS offset, (extract(epoch FROM arrived_at) * 1000)::float8 AS "arrivalMs",
              key, value, reason, detail, tenant FROM balancin.dead_letter WHERE cycle = 3 * 2 ^ 40 + 1`,
    ),
    [letter],
  );
});

test('a row that was counted and not encoded is found before the fence', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const commit = b.commit({ claim });
  const rows = commit.rows.map((part) => ({ ...part, rows: part.rows + 1 }));
  t.is((await committer.commit([{ ...commit, rows }])).get(3), 'refused');
  t.like(await stored(b), never);
});

test('what is restored is what was in memory, removed keys and all, while segments are folded behind the commits', async (t) => {
  const b = await bed(t);
  const committer = b.committer({ segmentsMax: 4 });
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const state = new MapState();
  const operator = { name: 'op', state };
  const packer = new StatePacker();
  let most = 0;
  for (let n = 1; n <= 60; n++) {
    for (let k = 0; k < 5; k++) state.set((n * 7 + k * 3) % 40, n % 3 === 0 ? null : `${n}-${k}`);
    const outcome = await committer.commit([
      b.commit({ claim, commitNumber: n, rows: 1, state: [packChanges(operator, packer)] }),
    ]);
    t.is(outcome.get(3), 'committed');
    const [row] = await b.sql<{ n: number }>('SELECT count(*)::int AS n FROM balancin.operator_state');
    most = Math.max(most, row?.n ?? 0);
  }
  t.deepEqual(
    b.events.filter((e) => e.kind === 'fold-failed'),
    [],
  );
  t.true(most <= 4 * 4 + 2, `${most} segments were stored at once`);
  t.true(b.events.filter((e) => e.kind === 'folded').length >= 3);
  t.deepEqual(
    b.events.filter((e) => e.kind === 'fold-failed'),
    [],
  );
  const next = await b.committer().claim('wells', 3, [sampleTopic]);
  t.deepEqual(await restored(b.committer(), { ...next }), state.sorted());
});

test('state that cannot be folded is not tried at every commit, and stops its task alone before it grows without bound', async (t) => {
  const b = await bed(t);
  const committer = b.committer({ segmentsMax: 1, segmentBytesMin: 1e9 });
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const other = await committer.claim('wells', 4, [sampleTopic]);
  const damaged = { operator: 'op', version: 1, kind: 'segment', keys: 1, bytes: Buffer.of(9) } as const;
  const outcomes: (CommitOutcome | undefined)[] = [];
  for (let commitNumber = 1; commitNumber <= 20; commitNumber++) {
    const goesOn = b.commit({ claim: other, commitNumber });
    const stopped = outcomes.includes('refused');
    const outcome = await committer.commit(
      stopped ? [goesOn] : [b.commit({ claim, commitNumber, state: [damaged] }), goesOn],
    );
    if (outcome.has(3)) outcomes.push(outcome.get(3));
    t.is(outcome.get(4), 'committed');
  }
  t.deepEqual(outcomes, [...Array.from({ length: 16 }, () => 'committed' as const), 'refused']);
  t.like(await b.sql('SELECT count(*)::int AS n FROM balancin.operator_state'), [{ n: 16 }]);
  t.like(
    b.events.find((e) => e.kind === 'refused'),
    { topology: 'wells', task: 3 },
  );
  const failed = b.events.filter((e) => e.kind === 'fold-failed');
  t.like(failed[0], { failures: 1, retryMs: 1_000 });
  t.true(failed.length < 10, `${failed.length} folds were tried`);
  t.is(b.pool.inUseBytes, 0);
});

test('a base that comes with a commit replaces all that its operator had stored, in the same transaction', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const state = new MapState();
  const operator = { name: 'op', state };
  const packer = new StatePacker();
  for (const n of [1, 2]) {
    state.set(n, `${n}`);
    await committer.commit([b.commit({ claim, commitNumber: n, state: [packChanges(operator, packer)] })]);
  }
  state.set(2, null);
  await committer.commit([b.commit({ claim, commitNumber: 3, state: [packAll(operator, packer)] })]);
  t.deepEqual(await b.sql('SELECT kind, commit_number::int FROM balancin.operator_state'), [
    { kind: 'base', commit_number: 3 },
  ]);
  t.deepEqual(await restored(committer, await committer.claim('wells', 3, [sampleTopic])), [[1, '1']]);
});

/** The session with something done before its n-th query that matches. */
function interrupted(session: Session, match: RegExp, n: number, then: () => Promise<void>): Session {
  let seen = 0;
  const query = async (...args: unknown[]): Promise<unknown> => {
    if (match.test(String(args[0])) && ++seen === n) await then();
    return await (session.client.query as (...given: unknown[]) => Promise<unknown>).apply(
      session.client,
      args,
    );
  };
  return { ...session, client: { query } as unknown as Client };
}

async function openTestSession(t: ExecutionContext, url: string): Promise<Session> {
  const options = {
    databaseUrl: url,
    connectTimeoutMs: 5_000,
    lockTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
  };
  const session = await openSession({ ...options, purpose: 'compact' });
  t.teardown(() => session.end());
  return session;
}

/** Commits `count` times, each with one more key and a change of key 0. */
async function commitKeys(
  b: Bed,
  committer: Committer,
  claim: Claim,
  state: MapState,
  count: number,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const [row] = await b.sql<{ n: number }>('SELECT commit_number::int AS n FROM balancin.task');
    const commitNumber = (row?.n ?? 0) + 1;
    state.set(0, `last ${commitNumber}`);
    state.set(commitNumber, 'a');
    const changes = packChanges({ name: 'op', state }, new StatePacker());
    await committer.commit([b.commit({ claim, commitNumber, rows: 1, state: [changes] })]);
  }
}

test('what is committed while segments are folded stays, and comes after the base', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const state = new MapState();
  await commitKeys(b, committer, claim, state, 3);
  const session = await openTestSession(t, b.url);
  const late = interrupted(session, /fold_state/, 1, () => commitKeys(b, committer, claim, state, 2));
  await foldState(late, claim, (event) => b.events.push(event));
  t.like(
    b.events.find((e) => e.kind === 'folded'),
    { segments: 3, keys: 4 },
  );
  t.deepEqual(await b.sql('SELECT kind, commit_number::int AS n FROM balancin.operator_state ORDER BY 2'), [
    { kind: 'base', n: 3 },
    { kind: 'segment', n: 4 },
    { kind: 'segment', n: 5 },
  ]);
  t.deepEqual(await restored(committer, await committer.claim('wells', 3, [sampleTopic])), state.sorted());
});

test('of two who fold the same segments one does, and the other changes nothing', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const state = new MapState();
  await commitKeys(b, committer, claim, state, 3);
  const session = await openTestSession(t, b.url);
  const other = await openTestSession(t, b.url);
  const overtaken = interrupted(session, /fold_state/, 1, () => foldState(other, claim, () => undefined));
  const error = await t.throwsAsync(foldState(overtaken, claim, () => undefined));
  t.is((error as { code?: string }).code, 'BL002');
  t.deepEqual(await restored(committer, await committer.claim('wells', 3, [sampleTopic])), state.sorted());
});

test('a restore sees a fold that happens meanwhile wholly or not at all', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  const state = new MapState();
  // More segments than one read takes.
  await commitKeys(b, committer, claim, state, 20);
  const session = await openTestSession(t, b.url);
  const other = await openTestSession(t, b.url);
  const reading = interrupted(session, /FROM balancin.operator_state/, 2, () =>
    foldState(other, claim, (event) => b.events.push(event)),
  );
  const again = new MapState();
  const restore = new StateRestore(new Map([['op', again]]));
  await readState(
    reading,
    claim,
    () => true,
    (segment) => restore.add(segment),
  );
  restore.finish();
  t.is(b.events.filter((e) => e.kind === 'folded').length, 1);
  t.deepEqual(again.sorted(), state.sorted());
});

test('a database that was never migrated is INCOMPATIBLE, with what to do', async (t) => {
  const { url } = await testDatabase(t);
  const committer = createCommitter({ databaseUrl: url, owner: 'owner' });
  t.teardown(() => committer.close());
  const error = await t.throwsAsync(committer.claim('wells', 3, [sampleTopic]), {
    instanceOf: BalancinError,
  });
  t.is(error.code, 'INCOMPATIBLE');
  t.regex(error.message, /run balancin migrate/);
});

test('a fold by one who is no longer the owner changes nothing', async (t) => {
  const b = await bed(t);
  const zombie = b.committer({ segmentsMax: 2 });
  const claim = await zombie.claim('wells', 3, [sampleTopic]);
  await zombie.commit([b.commit({ claim, state: oneSegment() })]);
  const before = await b.sql('SELECT * FROM balancin.operator_state');
  await b.committer().claim('wells', 3, [sampleTopic]);
  const session = await b.client();
  const error = await t.throwsAsync(
    session.query(
      "SELECT balancin.fold_state('wells', 3, $1, $2, 'op', ARRAY[1]::int8[], ARRAY[1]::int8[], 1, 0, '')",
      [claim.epoch, claim.owner],
    ),
  );
  t.is((error as { code?: string }).code, 'BL001');
  t.deepEqual(await b.sql('SELECT * FROM balancin.operator_state'), before);
});

test('a restore under a claim that another has overtaken is FENCED', async (t) => {
  const b = await bed(t);
  const committer = b.committer();
  const claim = await committer.claim('wells', 3, [sampleTopic]);
  await committer.claim('wells', 3, [sampleTopic]);
  const error = await t.throwsAsync(
    committer.restoreState(claim, () => undefined),
    {
      instanceOf: BalancinError,
    },
  );
  t.is(error.code, 'FENCED');
});

test('the tables here have the columns that their rows are encoded for', async (t) => {
  const b = await bed(t);
  for (const table of [operatorState, outbox]) {
    const columns = await b.sql<{ name: string; type: string; nullable: boolean }>(
      `SELECT attname AS name, atttypid::regtype::text AS type, NOT attnotnull AS nullable
       FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum`,
      [`balancin.${table.name}`],
    );
    const names: Record<string, string> = { integer: 'int4', bigint: 'int8' };
    t.deepEqual(
      columns.map((c) => ({ ...c, type: names[c.type] ?? c.type })),
      table.columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
    );
  }
});

test("the workers' role moves tasks through the functions alone", async (t) => {
  const b = await bed(t);
  await b.committer().claim('wells', 3, [sampleTopic]);
  const worker = await b.client();
  await worker.query('SET ROLE balancin_worker');
  for (const statement of [
    'UPDATE balancin.task SET epoch = 9',
    'DELETE FROM balancin.task',
    'DELETE FROM balancin.operator_state',
    'UPDATE balancin.task_tally SET total = 0',
    'SELECT FROM t_alfa.reading_1m',
    'DELETE FROM t_alfa.reading_1m',
  ]) {
    const error = await t.throwsAsync(worker.query(statement), undefined, statement);
    t.is((error as { code?: string }).code, '42501', statement);
  }
});
