/** Entry of a worker thread: opens its own log, database connection and topology, and runs the loop until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { BalancinError } from '#schemas/errors.js';
import { ChunkPool } from '#pipelines/commit/chunkPool.js';
import { addCommitTime } from '#pipelines/commit/commitTimes.js';
import { createCommitter } from '#pipelines/commit/committer.js';
import { StatePacker } from '#pipelines/commit/statePack.js';
import { createOutboxRelay } from '#pipelines/commit/outboxRelay.js';
import type { TaskCommit } from '#pipelines/commit/taskCommit.js';
import { createPool } from '#pipelines/database/pool.js';
import { createWellDirectory } from '#pipelines/database/wellDirectory.js';
import { openLog } from '#pipelines/log/openLog.js';
import { openRegistry } from '#pipelines/registry/openRegistry.js';
import type { SchemaRegistry } from '#pipelines/registry/schemaRegistry.js';
import { SchemaCache } from '#pipelines/registry/schemaCache.js';
import { createMessageEncoder, type MessageEncoder } from '#pipelines/messages/messageEncoder.js';
import { Tally } from '#pipelines/tally.js';
import { OutboxPump } from './outboxPump.js';
import type { FromThread, ThreadData, ToThread } from './threadMessages.js';
import type { ThreadContext, Topology } from './topology.js';
import type { WorkerLog } from './workerLog.js';
import { WorkerLoop } from './workerLoop.js';

const statusEveryMs = 500;
/** Everything is closed by then, and what was said has reached the supervisor. */
const exitGraceMs = 500;

function say(message: FromThread): void {
  parentPort?.postMessage(message);
}

/** Errors do not cross to another thread with their code: they go as plain fields. */
function plain(fields: Record<string, unknown>): Record<string, unknown> {
  const { err, ...rest } = fields;
  if (!(err instanceof Error)) return fields;
  const code = (err as { code?: unknown }).code;
  return {
    ...rest,
    err: { message: err.message, stack: err.stack, ...(code === undefined ? {} : { code }) },
  };
}

const log: WorkerLog = {
  info: (fields, message) => say({ kind: 'log', level: 'info', fields: plain(fields), message }),
  warn: (fields, message) => say({ kind: 'log', level: 'warn', fields: plain(fields), message }),
  error: (fields, message) => say({ kind: 'log', level: 'error', fields: plain(fields), message }),
};

async function loadTopology(url: string): Promise<Topology> {
  const module = (await import(url)) as { default?: Topology };
  if (typeof module.default?.open === 'function') return module.default;
  throw new BalancinError('CONFIG_INVALID', `${url} has no topology as its default export`);
}

const retryMs = 500;
const retryMaxMs = 10_000;

/** A registry or database that is away is waited for: what it would say decides a record's fate. */
async function retryWhileAway(what: string, ask: () => Promise<void>): Promise<void> {
  for (let waitMs = retryMs; ; waitMs = Math.min(2 * waitMs, retryMaxMs)) {
    try {
      await ask();
      return;
    } catch (err) {
      if (!(err instanceof BalancinError) || !err.retry) throw err;
      log.warn({ err, waitMs }, `${what} could not be asked; again in ${waitMs} ms`);
      await sleep(waitMs);
    }
  }
}

async function messageEncoder(registry: SchemaRegistry, prefix: string): Promise<MessageEncoder> {
  let encoder: MessageEncoder | undefined;
  await retryWhileAway('the schema registry', async () => {
    encoder = await createMessageEncoder(registry, prefix);
  });
  return encoder as MessageEncoder;
}

async function main(data: ThreadData): Promise<void> {
  const topology = await loadTopology(data.topologyUrl);
  const pool = createPool({ databaseUrl: data.databaseUrl, name: 'balancin directory', connectionsMax: 2 });
  const registry = await openRegistry({ url: data.schemaRegistryUrl, databaseUrl: data.databaseUrl });
  const schemas = new SchemaCache(registry);
  const directory = createWellDirectory(pool);
  const eventLog = await openLog(data.log, log);
  const chunks = new ChunkPool();
  const commitTimes: Record<string, number> = {};
  const committer = createCommitter({
    databaseUrl: data.databaseUrl,
    owner: data.owner,
    pool: chunks,
    onEvent(event) {
      if (event.kind === 'committed') addCommitTime(commitTimes, event.durationMs);
    },
  });
  const thread: ThreadContext = {
    directory,
    messages: await messageEncoder(registry, data.subjectPrefix),
    schemas: { schemaText: (schemaId) => schemas.lookup(schemaId) },
    options: data.options,
  };
  const open = await topology.open(thread);

  const producer = await eventLog.producer();
  const outbox = new OutboxPump(
    createOutboxRelay({ databaseUrl: data.databaseUrl, topology: topology.id, producer }),
    log,
  );
  const counts = { commits: 0, rows: 0 };
  const tally = new Tally();
  const loop = new WorkerLoop({
    topology,
    open,
    thread,
    committer,
    pool: chunks,
    packer: new StatePacker(),
    limits: data.limits,
    log,
    now: Date.now,
    readDirectory: () => retryWhileAway('the directory', () => directory.readAll()),
    fetch: (miss) =>
      retryWhileAway(miss.kind, async () => {
        if (miss.kind === 'schema') await schemas.load(miss.schemaId);
        else await directory.resolve(miss);
      }),
    claimed: (task) => outbox.notify(task),
    consume: (handlers) =>
      eventLog.consumer(
        {
          topics: topology.topics,
          groupId: data.groupId,
          tasks: data.tasks,
          bufferBytesMax: data.bufferBytesMax,
          sessionTimeoutMs: data.sessionTimeoutMs,
        },
        handlers,
      ),
    committed(commit: TaskCommit) {
      counts.commits++;
      for (const rows of commit.rows) counts.rows += rows.rows;
      tally.add(commit.tally);
      if (commit.outbox.length > 0) outbox.notify(commit.claim.task);
    },
  });

  const report = (): void =>
    say({
      kind: 'status',
      tasks: loop.status().map(({ task, lagRecords }) => ({ task, lagRecords })),
      counts: {
        ...counts,
        frames: { ...tally.frames },
        samples: { ...tally.samples },
        rejectedFrames: { ...tally.rejectedFrames },
        commitTimes: { ...commitTimes },
      },
    });
  const timer = setInterval(report, statusEveryMs);
  parentPort?.on('message', (message: ToThread) => {
    if (message.kind === 'stop') loop.stop();
  });
  try {
    await loop.run();
  } finally {
    clearInterval(timer);
    report();
    open.dispose();
    await outbox.close();
    await producer.close();
    await directory.close();
    await committer.close();
    await eventLog.close();
    await registry.close();
    await pool.end();
  }
}

if (!isMainThread) {
  await main(workerData as ThreadData);
  parentPort?.close();
  // kafkajs now and then keeps a connection that it opened while it was told to leave: nothing else would end the thread.
  setTimeout(() => process.exit(), exitGraceMs).unref();
}
