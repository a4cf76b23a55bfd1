/** A consumer of the simulated log: tasks are dealt to it and taken away, records come in portions that the schedule draws. */
import { BalancinError } from '#schemas/errors.js';
import type { ConsumerHandlers, LogBatch, LogConsumer } from '#pipelines/log/eventLog.js';
import type { Random } from '../random.js';
import type { Gates, Process } from './gates.js';
import type { SimulatedLog } from './simulatedLog.js';

export interface ConsumerParts {
  readonly log: SimulatedLog;
  readonly gates: Gates;
  readonly process: Process;
  readonly random: Random;
  readonly topics: readonly string[];
  readonly now: () => number;
  /** Records of one topic and task in a poll. */
  readonly portionMax: () => number;
  /** Lets the clock of all run on. */
  readonly pass: (ms: number) => void;
  /** A task stopped for good: nothing that a fault may cause. */
  readonly failed: (task: number, error: Error) => void;
}

interface Tenure {
  wanted: boolean;
  told: boolean;
  settled: Promise<void>;
  /** Where to read on, a topic; absent while it is claimed or sought. */
  positions: Map<string, number> | null;
}

/** As a fetch that gives the whole batch in which the wanted record stands. */
const beforePositionMax = 3;

export class SimulatedConsumer implements LogConsumer {
  readonly #parts: ConsumerParts;
  readonly #handlers: ConsumerHandlers;
  readonly #tenures = new Map<number, Tenure>();
  readonly #ends = new Map<number, Promise<void>>();
  readonly #paused = new Set<number>();
  /** Tasks that had read all there was when they were polled last, and when that was. */
  readonly #caughtUp = new Map<number, number>();
  /** Polls ended. */
  polls = 0;

  constructor(parts: ConsumerParts, handlers: ConsumerHandlers) {
    this.#parts = parts;
    this.#handlers = handlers;
  }

  get tasks(): readonly number[] {
    return [...this.#tenures.keys()];
  }

  take(task: number): void {
    if (this.#tenures.has(task)) return;
    const before = this.#ends.get(task) ?? Promise.resolve();
    const tenure: Tenure = { wanted: true, told: false, settled: before, positions: null };
    this.#tenures.set(task, tenure);
    tenure.settled = before.then(async () => await this.#claim(task, tenure));
  }

  /** Resolves when the handlers have ended. */
  drop(task: number): Promise<void> {
    const tenure = this.#tenures.get(task);
    if (tenure === undefined) return this.#ends.get(task) ?? Promise.resolve();
    this.#tenures.delete(task);
    tenure.wanted = false;
    const end = tenure.settled.then(async () => {
      if (tenure.told) await this.#handlers.revoked(task);
    });
    this.#ends.set(task, end);
    return end;
  }

  async poll(limits: { readonly timeoutMs: number }): Promise<LogBatch[]> {
    const { gates, process, random, pass } = this.#parts;
    await gates.pass(process, 'poll');
    this.polls++;
    const polledMs = this.#parts.now();
    const batches: LogBatch[] = [];
    for (const topic of this.#parts.topics)
      for (const [task, { positions }] of this.#tenures) {
        if (positions === null || this.#paused.has(task)) continue;
        const batch = this.#read(topic, task, positions);
        if (batch !== null) batches.push(batch);
      }
    this.#caughtUp.clear();
    for (const [task, { positions }] of this.#tenures)
      if (positions !== null && this.#parts.topics.every((topic) => this.#isAtEnd(topic, task, positions)))
        this.#caughtUp.set(task, polledMs);
    pass(batches.length === 0 ? limits.timeoutMs : random.below(Math.max(1, limits.timeoutMs)));
    return batches;
  }

  #read(topic: string, task: number, positions: Map<string, number>): LogBatch | null {
    const { log, random, portionMax } = this.#parts;
    const records = log.of(topic, task);
    const from = positions.get(topic) ?? 0;
    const to = Math.min(records.length, from + random.below(portionMax() + 1));
    if (to <= from) return null;
    positions.set(topic, to);
    const first = random.chance(0.2) ? Math.max(0, from - random.below(beforePositionMax + 1)) : from;
    return { topic, partition: task, highWatermark: records.length, records: records.slice(first, to) };
  }

  #isAtEnd(topic: string, task: number, positions: ReadonlyMap<string, number>): boolean {
    return (positions.get(topic) ?? 0) >= this.#parts.log.of(topic, task).length;
  }

  caughtUpMs(task: number): number | null {
    return this.#caughtUp.get(task) ?? null;
  }

  /** Polls end when the schedule says so. */
  wake(): void {}

  pause(task: number): void {
    this.#paused.add(task);
  }

  resume(task: number): void {
    this.#paused.delete(task);
  }

  seek(task: number, offsets: ReadonlyMap<string, number>): void {
    const tenure = this.#tenures.get(task);
    if (tenure !== undefined) tenure.positions = new Map(offsets);
  }

  async close(): Promise<void> {
    await Promise.all(this.tasks.map(async (task) => await this.drop(task)));
    await Promise.all(this.#ends.values());
  }

  async #claim(task: number, tenure: Tenure): Promise<void> {
    const { gates, process, failed } = this.#parts;
    while (tenure.wanted) {
      try {
        tenure.told = true;
        const offsets = await this.#handlers.assigned(task);
        tenure.positions = new Map(offsets);
        return;
      } catch (error) {
        if (!tenure.wanted) return;
        const reason = error instanceof Error ? error : new Error(String(error));
        if (!(reason instanceof BalancinError && (reason.retry || reason.code === 'FENCED'))) {
          this.#handlers.failed(task, reason);
          failed(task, reason);
          return;
        }
        await gates.pass(process, 'again');
      }
    }
  }
}
