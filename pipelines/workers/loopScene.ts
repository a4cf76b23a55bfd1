/** A simulated world around one loop, for its tests: a log in memory, a committer, trials, the clock by hand. */
import { BalancinError } from '#schemas/errors.js';
import { deadLetter as deadLetterTable } from '#schemas/tables/deadLetter.js';
import { ChunkPool } from '#pipelines/commit/chunkPool.js';
import { StatePacker } from '#pipelines/commit/statePack.js';
import type { CommitOutcome, Committer, TaskCommit } from '#pipelines/commit/taskCommit.js';
import type { ConsumerHandlers, LogBatch, LogConsumer, LogRecord } from '#pipelines/log/eventLog.js';
import type { Miss, ReadOutcome } from '#pipelines/source.js';
import type { LoopParts } from './loopParts.js';
import { createTurnMemory, ReadingTurns } from './readingTurns.js';
import type { TaskLine } from './taskStatus.js';
import type { Leave, RecordPlace, TaskTrials, Verdict } from './taskTrials.js';
import type { TaskContext, TaskGraph, ThreadContext, Topology } from './topology.js';
import { WorkerLoop } from './workerLoop.js';

const topic = 'in';

export interface Scene {
  /** Of each task: offsets 0 up. */
  readonly records: number;
  readonly tasks?: readonly number[];
  readonly read?: (offset: number, task: number, asked: boolean) => ReadOutcome | void;
  readonly endCycle?: (task: number, nowMs: number, open: readonly number[]) => void;
  readonly outcome?: (commit: TaskCommit) => CommitOutcome | Promise<CommitOutcome>;
  readonly restore?: (claims: number, task: number) => void;
  readonly afterPoll?: (world: World, polls: number) => Promise<void> | void;
  readonly poll?: (polls: number) => void;
  readonly fetch?: (miss: Miss, signal: AbortSignal) => Promise<void>;
  readonly judge?: (task: number, claims: number) => Verdict;
  readonly cycleRowsMax?: number;
  readonly aloneRecords?: number;
  readonly arrivalMs?: (offset: number) => number;
  /** Next offsets of topics that were read once and bring nothing now. */
  readonly silentTopics?: Readonly<Record<string, number>>;
  /** Ends the run; the default: when all is committed. */
  readonly isDone?: (world: World) => boolean;
  readonly valueBytes?: number;
  /** These offsets are of a batch that cannot be read, and that is passed by. */
  readonly passed?: { readonly from: number; readonly to: number };
  /** Each accepted record writes a row of about this size. */
  readonly rowBytes?: number;
  readonly cycleBytesMax?: number;
  readonly begin?: () => Promise<void>;
}

/** What the simulated database holds of a task, and what was seen of it. */
export class Stored {
  next = 0;
  commits = 0;
  rejected = 0;
  /** Records read, and offsets that are no record. */
  counted = 0;
  skipped = 0;
  claims = 0;
  clockMs = 0;
  arrivedMs = 0;
  readonly read: number[] = [];
  readonly left: Leave[] = [];
  readonly suspects: number[] = [];
  readonly begun: number[] = [];
  stoppedReason: string | null = null;
}

export class World implements LogConsumer {
  readonly stored = new Map<number, Stored>();
  readonly paused = new Set<number>();
  readonly pauses: number[] = [];
  readonly failures: string[] = [];
  readonly pool = new ChunkPool();
  readonly loop: WorkerLoop;
  nowMs = 1_000;
  polls = 0;
  claimed = 0;
  polledRecords = 0;
  handlers: ConsumerHandlers | null = null;
  readonly #scene: Scene;
  readonly #positions = new Map<number, number>();
  #wake: (() => void) | null = null;
  #woken = false;

  constructor(scene: Scene) {
    this.#scene = scene;
    for (const task of scene.tasks ?? [0]) this.stored.set(task, new Stored());
    this.loop = new WorkerLoop(this.#parts());
  }

  of(task: number): Stored {
    return this.stored.get(task) as Stored;
  }

  line(task: number): TaskLine | undefined {
    return this.loop.status().find((line) => line.task === task);
  }

  get isDone(): boolean {
    const all = [...this.stored.values()].every(({ next }) => next === this.#scene.records);
    return this.#scene.isDone?.(this) ?? all;
  }

  async assign(task: number): Promise<void> {
    this.#positions.set(task, (await this.handlers?.assigned(task))?.get(topic) ?? 0);
  }

  async poll(limits: { readonly recordsMax: number; readonly timeoutMs: number }): Promise<LogBatch[]> {
    this.polls++;
    this.nowMs += 600;
    if (this.polls > 3_000) {
      this.loop.stop();
      throw new Error(`no end after ${this.polls} polls`);
    }
    if (this.isDone) this.loop.stop();
    this.#scene.poll?.(this.polls);
    const batches: LogBatch[] = [];
    for (const [task, from] of this.#positions) {
      const { records, passed } = this.#scene;
      if (this.paused.has(task) || from >= records) continue;
      const found = Array.from({ length: Math.min(records - from, limits.recordsMax) }, (_, i) => from + i)
        .filter((offset) => !(passed !== undefined && offset >= passed.from && offset < passed.to))
        .map((offset) => this.#record(task, offset));
      // Two batches: what becomes of the first must not make the second a loss.
      const half = Math.ceil(found.length / 2);
      for (const part of [found.slice(0, half), found.slice(half)])
        if (part.length > 0) batches.push({ topic, partition: task, highWatermark: records, records: part });
      this.#positions.set(task, (found.at(-1)?.offset ?? from) + 1);
      this.polledRecords += found.length;
    }
    await this.#scene.afterPoll?.(this, this.polls);
    // A poll that finds nothing waits, for as long as anything asynchronous takes.
    if (batches.length === 0 && !this.#woken)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 2);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#woken = false;
    return batches;
  }

  #record(task: number, offset: number): LogRecord {
    const { arrivalMs, valueBytes, passed } = this.#scene;
    return {
      ...(passed?.to === offset ? { passedFrom: passed.from } : {}),
      topic,
      partition: task,
      offset,
      timestampMs: arrivalMs?.(offset) ?? 1,
      key: null,
      value: valueBytes === undefined ? null : new Uint8Array(valueBytes),
      headers: null,
    };
  }

  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  caughtUpMs(task: number): number | null {
    return (this.#positions.get(task) ?? 0) >= this.#scene.records ? this.nowMs : null;
  }

  pause(task: number): void {
    this.paused.add(task);
    this.pauses.push(task);
  }

  resume(task: number): void {
    this.paused.delete(task);
  }

  seek(task: number, offsets: ReadonlyMap<string, number>): void {
    this.#positions.set(task, offsets.get(topic) ?? 0);
  }

  async close(): Promise<void> {
    for (const task of this.#positions.keys()) await this.handlers?.revoked(task);
    this.#positions.clear();
  }

  /** Of a task alone. */
  async revoke(task: number): Promise<void> {
    this.#positions.delete(task);
    await this.handlers?.revoked(task);
  }

  #parts(): LoopParts {
    const scene = this.#scene;
    /** Records read since the last commit was handed over, a task. */
    const open = new Map<number, number[]>();
    const openOf = (task: number): number[] => {
      const offsets = open.get(task) ?? [];
      open.set(task, offsets);
      return offsets;
    };
    const row = scene.rowBytes === undefined ? null : new Uint8Array(scene.rowBytes);
    const graphOf = ({ task, output }: Pick<TaskContext, 'task' | 'output'>): TaskGraph => ({
      read(record, asked) {
        const outcome = scene.read?.(record.offset, task, asked) ?? { kind: 'accepted' };
        if (outcome.kind !== 'accepted') return outcome;
        openOf(task).push(record.offset);
        if (row !== null)
          output.row(deadLetterTable, 'balancin', [
            topic,
            task,
            record.offset,
            record.timestampMs,
            null,
            row,
            'undecodable',
            '',
            null,
          ]);
        return outcome;
      },
      endCycle: ({ nowMs }) => scene.endCycle?.(task, nowMs, openOf(task)),
      states: new Map(),
      watermarkMs: () => null,
      dispose: () => undefined,
    });
    const committer: Committer = {
      claim: async (topologyId, task) => {
        const stored = this.of(task);
        stored.claims++;
        open.set(task, []);
        return {
          topology: topologyId,
          task,
          epoch: stored.claims,
          owner: 'me',
          commitNumber: stored.commits,
          nextOffsets: new Map([[topic, stored.next], ...Object.entries(scene.silentTopics ?? {})]),
          clockMs: stored.clockMs,
          arrivedMs: stored.arrivedMs,
        };
      },
      restoreState: async (claim) => scene.restore?.(this.of(claim.task).claims, claim.task),
      commit: async (commits) => {
        const sent = commits.map((commit) => {
          const { task } = commit.claim;
          const next = commit.nextOffsets.get(topic) ?? 0;
          const mine = openOf(task).filter((offset) => offset < next);
          open.set(
            task,
            openOf(task).filter((offset) => offset >= next),
          );
          return { commit, task, next, mine };
        });
        const outcomes = new Map<number, CommitOutcome>();
        for (const { commit, task, next, mine } of sent) {
          const outcome = (await scene.outcome?.(commit)) ?? 'committed';
          outcomes.set(task, outcome);
          for (const { chunks } of commit.rows) this.pool.release(chunks);
          if (outcome !== 'committed') continue;
          const stored = this.of(task);
          stored.read.push(...mine);
          stored.rejected += commit.tally.frames.rejected;
          stored.counted += commit.tally.records;
          stored.skipped += commit.tally.skippedOffsets;
          stored.next = next;
          stored.clockMs = commit.clockMs;
          stored.arrivedMs = commit.arrivedMs;
          stored.commits++;
        }
        return outcomes;
      },
      stateBytes: () => 0,
      close: async () => undefined,
    };
    const aloneNow = new Set<number>();
    const trials: TaskTrials = {
      judge: async ({ task }) =>
        scene.judge?.(task, this.of(task).claims) ??
        (aloneNow.has(task) ? { state: 'alone', condemned: null } : { state: 'free' }),
      beginRestore: async () => undefined,
      endRestore: async () => undefined,
      begin: async (claims) => {
        if (scene.begin !== undefined) await scene.begin();
        for (const { task, epoch } of claims) this.of(task).begun.push(epoch);
      },
      suspect: async ({ task }, { offset }: RecordPlace) => {
        this.of(task).suspects.push(offset);
        return true;
      },
      leave: async ({ task }, leave) => {
        this.of(task).left.push(leave);
        if (leave.state === 'alone') aloneNow.add(task);
        if (leave.state === 'free') aloneNow.delete(task);
        this.of(task).stoppedReason = leave.reason;
      },
      noteStopped: async (_, task, reason) => {
        this.of(task).stoppedReason = reason;
      },
      resumed: async (_, tasks) => tasks.filter((task) => this.of(task).stoppedReason === null),
    };
    const topology = {
      id: 'test',
      version: 1,
      structure: '',
      topics: [topic],
      open: async () => ({
        openTask: graphOf,
        dispose: () => undefined,
      }),
    } satisfies Topology;
    const quiet = (): void => undefined;
    return {
      topology,
      open: { openTask: graphOf, dispose: quiet },
      thread: {
        messages: { deadLetter: () => ({ messageId: 'm', topic: 'out', key: 'k', value: null }) },
      } as unknown as ThreadContext,
      committer,
      trials,
      turns: new ReadingTurns(createTurnMemory(1), 0),
      pool: this.pool,
      packer: new StatePacker(),
      limits: {
        cycleRowsMax: scene.cycleRowsMax ?? 1_000_000,
        cycleBytesMax: scene.cycleBytesMax ?? 1e9,
        cycleAgeMs: 1_000,
      },
      log: { info: quiet, warn: quiet, error: quiet },
      ...(scene.aloneRecords === undefined ? {} : { aloneRecords: scene.aloneRecords }),
      now: () => this.nowMs,
      sleep: async (ms) => {
        this.nowMs += ms;
        await new Promise((resolve) => setImmediate(resolve));
      },
      readDirectory: async () => undefined,
      fetch: async (miss, signal) => {
        await scene.fetch?.(miss, signal);
      },
      consume: async (handlers) => {
        this.handlers = handlers;
        for (const task of this.stored.keys())
          await this.assign(task).catch((error: unknown) => {
            const isPassing = error instanceof BalancinError && (error.retry || error.code === 'FENCED');
            if (isPassing) throw error;
            handlers.failed(task, error as Error);
          });
        return this;
      },
      claimed: () => {
        this.claimed++;
      },
      committed: quiet,
    };
  }
}

/** Runs until the scene is done; fails where that takes more polls than it ever should. */
export async function play(scene: Scene): Promise<World> {
  const world = new World(scene);
  await world.loop.run();
  return world;
}
