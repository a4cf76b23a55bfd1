/** One worker process: the real loop, committer, relay and pump, over simulated wires and a simulated log. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ChunkPool } from '#pipelines/commit/chunkPool.js';
import { createCommitter } from '#pipelines/commit/committer.js';
import { createOutboxRelay } from '#pipelines/commit/outboxRelay.js';
import type { Session } from '#pipelines/commit/session.js';
import { StatePacker } from '#pipelines/commit/statePack.js';
import type { Committer, StateSegment } from '#pipelines/commit/taskCommit.js';
import { createTurnMemory, ReadingTurns } from '#pipelines/workers/readingTurns.js';
import type { TaskTrials } from '#pipelines/workers/taskTrials.js';
import { OutboxPump } from '#pipelines/workers/outboxPump.js';
import type { OpenTopology, ThreadContext, Topology } from '#pipelines/workers/topology.js';
import type { WorkerLog } from '#pipelines/workers/workerLog.js';
import { type CycleLimits, WorkerLoop } from '#pipelines/workers/workerLoop.js';
import type { Random } from '../random.js';
import { committerOver } from './committerOver.js';
import type { Gates, Process } from './gates.js';
import type { Ledger } from './ledger.js';
import type { WorkerMutation } from './mutation.js';
import { ReadOrder } from './readOrder.js';
import { SimulatedConsumer } from './simulatedConsumer.js';
import type { SimulatedLog } from './simulatedLog.js';
import type { Wires } from './wires.js';
import type { WireSession } from './wireSession.js';

export interface WorkerParts {
  readonly name: string;
  readonly topology: Topology;
  readonly open: OpenTopology;
  readonly thread: ThreadContext;
  readonly gates: Gates;
  readonly wires: Wires;
  readonly log: SimulatedLog;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly limits: CycleLimits;
  readonly portionMax: () => number;
  /** State is folded after so many commits, however small it is. */
  readonly segmentsMax: number;
  readonly mutation: WorkerMutation;
  readonly now: () => number;
  readonly pass: (ms: number) => void;
  /** What must never happen, whatever the faults. */
  readonly broken: (what: string) => void;
  readonly saw: (event: 'fenced' | 'unknown' | 'restored' | 'folded') => void;
}

const quiet = (): void => undefined;
/** Never heard of: nothing connects but over the wires. */
const databaseUrl = 'postgres://nowhere';

export class SimulatedWorker implements Process {
  readonly name: string;
  dead = false;
  hung = false;
  /** Was asked to end. */
  leaving = false;
  /** The loop has ended by itself. */
  ended = false;
  consumer: SimulatedConsumer | null = null;
  readonly #loop: WorkerLoop;
  readonly #parts: WorkerParts;

  constructor(parts: WorkerParts) {
    this.name = parts.name;
    this.#parts = parts;
    const { gates, mutation, ledger, wires, name } = parts;
    const openSession = wires.opener(this);
    const pool = new ChunkPool();
    const order = new ReadOrder();
    const real = createCommitter({
      databaseUrl,
      owner: name,
      pool,
      openSession,
      onStep: async (step, session) => await (session as Session as WireSession).step(step),
      segmentsMax: parts.segmentsMax,
      segmentBytesMin: 1_000_000_000,
      claimPatienceMs: 60_000,
      onEvent: (event) => {
        if (event.kind === 'fenced' || event.kind === 'unknown' || event.kind === 'folded')
          parts.saw(event.kind);
        else if (event.kind === 'refused' || event.kind === 'fold-failed') {
          if (!event.error.retry) parts.broken(`${event.kind}: ${event.error.message}`);
        }
      },
    });
    const noted = notingCommits(real, ledger, order);
    const committer = notingRestores(mutation.committer?.(noted, { openSession }) ?? noted, ledger, parts);
    const producer = parts.log.producer(this, gates);
    const relay = (mutation.relay ?? createOutboxRelay)({
      databaseUrl,
      topology: parts.topology.id,
      producer: mutation.producer?.(producer) ?? producer,
      openSession,
      batchMessagesMax: 3,
    });
    const log: WorkerLog = {
      info: quiet,
      warn: quiet,
      error: (_, message) => parts.broken(`${name}: ${message}`),
    };
    const pump = new OutboxPump(relay, log);
    this.#loop = new WorkerLoop({
      topology: parts.topology,
      open: order.watch(mutation.open?.(parts.open) ?? parts.open),
      thread: parts.thread,
      committer,
      trials: noDeaths,
      turns: new ReadingTurns(createTurnMemory(1), 0),
      pool,
      packer: new StatePacker(),
      limits: parts.limits,
      log,
      now: parts.now,
      sleep: async (ms, signal) => await sleep(ms, undefined, { signal }).catch(quiet),
      readDirectory: async () => void (await gates.pass(this, 'directory')),
      fetch: async () => void (await gates.pass(this, 'directory')),
      claimed: (task) => pump.notify(task),
      committed: (commit) => {
        if (commit.outbox.length > 0) pump.notify(commit.claim.task);
      },
      consume: async (handlers) => {
        const { random, pass } = parts;
        const topics = parts.topology.topics.filter((topic) => topic !== 'edge.records.v1');
        this.consumer = new SimulatedConsumer(
          {
            log: parts.log,
            gates,
            process: this,
            random,
            topics,
            now: parts.now,
            portionMax: parts.portionMax,
            pass,
            failed: (task, error) => parts.broken(`${name}: task ${task} stopped: ${error.message}`),
          },
          handlers,
        );
        return mutation.consumer?.(this.consumer) ?? this.consumer;
      },
    });
    void this.#run(pump, committer);
  }

  /** Ends after the cycle it is in, with everything read committed. */
  stop(): void {
    this.leaving = true;
    this.#loop.stop();
  }

  async #run(pump: OutboxPump, committer: Committer): Promise<void> {
    try {
      await this.#loop.run();
      await pump.close();
      await committer.close();
    } catch (error) {
      if (!this.dead)
        this.#parts.broken(`${this.name} threw ${error instanceof Error ? error.stack : String(error)}`);
    }
    this.ended = true;
  }
}

/** No record kills these workers: what is counted of deaths is another layer's. */
const noDeaths: TaskTrials = {
  judge: async () => ({ state: 'free' }),
  beginRestore: async () => undefined,
  endRestore: async () => undefined,
  begin: async () => undefined,
  suspect: async () => true,
  leave: async () => undefined,
  noteStopped: async () => undefined,
  resumed: async () => [],
};

/** Tells the ledger what is sent, also by a mutant that sends again. */
function notingCommits(committer: Committer, ledger: Ledger, order: ReadOrder): Committer {
  return committerOver(committer, {
    async commit(tasks) {
      for (const commit of tasks) ledger.note(commit, order.take(commit.claim.task));
      return await committer.commit(tasks);
    },
  });
}

/** Tells the ledger what the operators were given. */
function notingRestores(committer: Committer, ledger: Ledger, parts: WorkerParts): Committer {
  return committerOver(committer, {
    async restoreState(claim, restore) {
      const segments: StateSegment[] = [];
      await committer.restoreState(claim, (segment) => {
        segments.push(segment);
        restore(segment);
      });
      parts.saw('restored');
      ledger.restored(claim, segments);
    },
  });
}
