/** Opens what a worker thread needs: log, database connections, registry, topology; each is closed by `closers`. */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { BalancinError } from '#schemas/errors.js';
import { ChunkPool } from '#pipelines/commit/chunkPool.js';
import { addCommitTime } from '#pipelines/commit/commitTimes.js';
import type { CommitEvent } from '#pipelines/commit/commitEvent.js';
import { createCommitter } from '#pipelines/commit/committer.js';
import { createOutboxRelay } from '#pipelines/commit/outboxRelay.js';
import { overtakenClaims } from '#pipelines/commit/overtakenClaims.js';
import { StatePacker } from '#pipelines/commit/statePack.js';
import { createPool } from '#pipelines/database/pool.js';
import { createWellDirectory } from '#pipelines/database/wellDirectory.js';
import { openLog } from '#pipelines/log/openLog.js';
import { createMessageEncoder } from '#pipelines/messages/messageEncoder.js';
import { openRegistry } from '#pipelines/registry/openRegistry.js';
import { SchemaCache } from '#pipelines/registry/schemaCache.js';
import { createStoredRegistry } from '#pipelines/registry/storedRegistry.js';
import { Tally } from '#pipelines/tally.js';
import type { Closers } from './closers.js';
import { enterTopology } from './enterTopology.js';
import { OutboxPump } from './outboxPump.js';
import { ReadingTurns } from './readingTurns.js';
import type { ThreadReport } from './taskStatus.js';
import { createTaskTrials } from './taskTrials.js';
import type { ThreadData } from './threadMessages.js';
import type { ThreadContext, Topology } from './topology.js';
import { createUnreadableBatches } from './unreadableBatches.js';
import type { WorkerLog } from './workerLog.js';
import { WorkerLoop } from './workerLoop.js';

export interface OpenThread {
  readonly loop: WorkerLoop;
  readonly report: () => ThreadReport;
  /** Waits for the database no longer: what it has not answered fails. */
  readonly giveUp: () => void;
}

export interface OpenThreadParts {
  readonly log: WorkerLog;
  readonly closers: Closers;
  /** Given when the thread is told to stop. */
  readonly signal: AbortSignal;
}

const retryMs = 500;
const retryMaxMs = 10_000;
/** Asked so often within the time after which an unknown schema is believed. */
const unknownAsksMin = 3;
const unknownMsDefault = 5_000;
const unknownSchemaMsDefault = 60_000;

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}

async function loadTopology(url: string): Promise<Topology> {
  const module = (await import(url)) as { default?: Topology };
  if (typeof module.default?.open === 'function') return module.default;
  throw new BalancinError('CONFIG_INVALID', `${url} has no topology as its default export`);
}

/** Null where the thread was told to stop meanwhile. Throws what does not pass by itself. */
export async function openThread(
  data: ThreadData,
  { log, closers, signal }: OpenThreadParts,
): Promise<OpenThread | null> {
  /** What is away is waited for, for as long as the thread is wanted. */
  async function persist<T>(what: string, ask: () => Promise<T>): Promise<T | null> {
    for (let waitMs = retryMs; !signal.aborted; waitMs = Math.min(2 * waitMs, retryMaxMs)) {
      try {
        return await ask();
      } catch (err) {
        if (!(err instanceof BalancinError) || !err.retry) throw err;
        log.warn({ err, waitMs }, `${what} is away; again in ${waitMs} ms`);
        await sleep(waitMs, signal);
      }
    }
    return null;
  }

  const topology = await loadTopology(data.topologyUrl);
  const pool = createPool({ databaseUrl: data.databaseUrl, name: 'balancin directory', connectionsMax: 2 });
  closers.add('the directory connections', () => pool.end());
  const entered = await persist('the database', async () => {
    await enterTopology(pool, topology);
    return true;
  });
  if (entered === null) return null;

  const plainRegistry = await openRegistry({ url: data.schemaRegistryUrl, databaseUrl: data.databaseUrl });
  const registry =
    data.schemaRegistryUrl === null
      ? plainRegistry
      : createStoredRegistry(plainRegistry, data.schemaRegistryUrl, pool);
  closers.add('the schema registry', () => registry.close());
  const rejectAfterMs = data.unknownSchemaMs ?? unknownSchemaMsDefault;
  const schemas = new SchemaCache(registry, {
    rejectAfterMs,
    unknownMs: Math.min(unknownMsDefault, rejectAfterMs / unknownAsksMin),
  });
  const directory = createWellDirectory(pool);
  closers.add('the directory', () => directory.close());
  const messages = await persist('the schema registry', () =>
    createMessageEncoder(registry, data.subjectPrefix),
  );
  if (messages === null) return null;

  const eventLog = await openLog(data.log, log);
  closers.add('the log', () => eventLog.close());
  const producer = await persist('the log', () => eventLog.producer());
  if (producer === null) return null;
  closers.add('the producer', () => producer.close());

  const chunks = new ChunkPool();
  const commitTimes: Record<string, number> = {};
  const refusals = new Map<number, string>();
  const committer = createCommitter({
    databaseUrl: data.databaseUrl,
    owner: data.owner,
    pool: chunks,
    ...(data.segmentsMax === undefined ? {} : { segmentsMax: data.segmentsMax }),
    onEvent(event) {
      if (event.kind === 'committed') addCommitTime(commitTimes, event.durationMs);
      else noteCommit(event, log, refusals);
    },
  });
  closers.add('the committer', () => committer.close());
  const thread: ThreadContext = {
    directory,
    messages,
    schemas: { schemaText: (schemaId) => schemas.lookup(schemaId) },
    options: data.options,
  };
  const open = await topology.open(thread);
  closers.add('the topology', () => open.dispose());
  const outbox = new OutboxPump(
    createOutboxRelay({ databaseUrl: data.databaseUrl, topology: topology.id, producer }),
    log,
  );
  closers.add('the outbox', () => outbox.close());

  const tally = new Tally();
  const counts = { commits: 0, rows: 0 };
  const loop = new WorkerLoop({
    topology,
    open,
    thread,
    committer,
    trials: createTaskTrials(pool),
    turns: new ReadingTurns(data.turns, data.thread),
    pool: chunks,
    packer: new StatePacker(),
    limits: data.limits,
    log,
    ...(data.aloneRecords === undefined ? {} : { aloneRecords: data.aloneRecords }),
    now: Date.now,
    sleep,
    readDirectory: () => directory.readAll(),
    async fetch(miss, stopped) {
      if (miss.kind === 'schema') await schemas.settle(miss.schemaId, stopped, sleep);
      else await directory.resolve(miss);
    },
    claimed: (task) => outbox.notify(task),
    async consume(handlers) {
      const options = {
        topics: topology.topics,
        groupId: data.groupId,
        tasks: data.tasks,
        bufferBytesMax: data.bufferBytesMax,
        sessionTimeoutMs: data.sessionTimeoutMs,
      };
      const consumer = await persist('the log', () => eventLog.consumer(options, handlers));
      if (consumer === null)
        throw new BalancinError('LOG_UNAVAILABLE', 'the thread was stopped before it could read');
      return consumer;
    },
    committed(commit) {
      counts.commits++;
      for (const rows of commit.rows) counts.rows += rows.rows;
      tally.add(commit.tally);
      if (commit.outbox.length > 0) outbox.notify(commit.claim.task);
    },
    overtaken: (claims) => overtakenClaims(pool, claims),
    enter: () => enterTopology(pool, topology),
    unreadable: createUnreadableBatches(pool),
    refusal: (task) => refusals.get(task) ?? null,
  });

  return {
    loop,
    report: () => ({
      tasks: loop.status(),
      counts: {
        ...counts,
        outcomes: { ...loop.outcomes },
        frames: { ...tally.frames },
        samples: { ...tally.samples },
        badSamples: tally.badSamples,
        rejectedFrames: { ...tally.rejectedFrames },
        commitTimes: { ...commitTimes },
      },
      rowBytes: chunks.inUseBytes,
      heldBytes: loop.heldBytes,
    }),
    giveUp: () => void committer.close().catch(() => undefined),
  };
}

/** What a commit met that nobody else says. */
function noteCommit(event: CommitEvent, log: WorkerLog, refusals: Map<number, string>): void {
  if (event.kind === 'refused') {
    refusals.set(event.task, event.error.message);
    log.error({ task: event.task, err: event.error }, event.error.message);
  } else if (event.kind === 'again') {
    const waitMs = Math.round(event.delayMs);
    log.warn({ err: event.error, waitMs }, `${event.doing}: again in ${waitMs} ms`);
  } else if (event.kind === 'fold-failed') {
    const { task, error: err, retryMs } = event;
    log.error(
      { task, err },
      `state of task ${task} could not be folded; again in ${retryMs} ms at the earliest`,
    );
  } else if (event.kind === 'claim-blocked') {
    log.warn({ ...event }, `the claim of task ${event.task} waited for sessions that do not end`);
  }
}
