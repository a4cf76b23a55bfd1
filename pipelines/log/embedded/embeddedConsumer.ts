/** Reads the tasks dealt to one consumer of the embedded log. */
import { BalancinError } from '#schemas/errors.js';
import type { ConsumerHandlers, ConsumerOptions, LogBatch, LogConsumer } from '../eventLog.js';
import type { LogWriter } from '../logWriter.js';
import { checkOffset } from '../offsetRange.js';
import { type ReadFrom, TaskTenures } from '../taskTenures.js';
import { LogConnection } from './logConnection.js';
import { readPartitions } from './readPartitions.js';
import { readRecords } from './readRecords.js';
import type { TopicRow } from './readTopics.js';

/** How soon a reader that found nothing looks again; doubled up to the maximum while nothing comes. */
const idleMs = 5;
const idleMsMax = 80;

/** One partition of one topic, read on from `offset`. */
interface Position {
  readonly topicId: number;
  readonly topic: string;
  readonly task: number;
  offset: number;
}

interface Lagging {
  readonly position: Position;
  readonly high: number;
}

interface PollLimits {
  readonly recordsMax: number;
  readonly bytesMax: number;
  readonly timeoutMs: number;
}

export class EmbeddedConsumer implements LogConsumer {
  readonly #connection: LogConnection;
  /** In the order of `ConsumerOptions.topics`. */
  readonly #topics: readonly TopicRow[];
  readonly #options: ConsumerOptions;
  readonly #handlers: ConsumerHandlers;
  readonly #tenures: TaskTenures;
  /** Positions of the tasks that may be read, a topic: absent while claimed, stopped or failed. */
  readonly #positions = new Map<number, readonly Position[]>();
  readonly #paused = new Set<number>();
  /** Of tasks whose positions all stood at the log's end when it was last asked: when that was. */
  readonly #caughtUpMs = new Map<number, number>();
  #turn = 0;
  #woken = false;
  #wake: (() => void) | null = null;
  #closed = false;

  constructor(
    databaseUrl: string,
    topics: readonly TopicRow[],
    options: ConsumerOptions,
    handlers: ConsumerHandlers,
    log: LogWriter,
  ) {
    this.#connection = new LogConnection(databaseUrl, 'balancin log consumer');
    this.#topics = topics;
    this.#options = options;
    this.#handlers = handlers;
    this.#tenures = new TaskTenures(handlers, (...start) => this.#startReading(...start), log);
    for (const task of options.tasks) this.#tenures.take(task);
  }

  async poll(limits: PollLimits): Promise<LogBatch[]> {
    const deadline = Date.now() + limits.timeoutMs;
    for (let waitMs = idleMs; !this.#closed; waitMs = Math.min(waitMs * 2, idleMsMax)) {
      const batches = await this.#read(limits);
      const leftMs = deadline - Date.now();
      if (batches.length > 0 || leftMs <= 0 || this.#woken) {
        this.#woken = false;
        return batches;
      }
      await this.#sleep(Math.min(waitMs, leftMs));
    }
    return [];
  }

  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  caughtUpMs(task: number): number | null {
    return this.#caughtUpMs.get(task) ?? null;
  }

  pause(task: number): void {
    this.#paused.add(task);
  }

  resume(task: number): void {
    this.#paused.delete(task);
    this.#wake?.();
  }

  seek(task: number, offsets: ReadonlyMap<string, number>): void {
    this.#positions.delete(task);
    this.#caughtUpMs.delete(task);
    this.#tenures.restart(task, offsets);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    this.#positions.clear();
    await this.#tenures.dropAll();
    await this.#connection.close();
  }

  async #startReading(task: number, { offsets }: ReadFrom, stillWanted: () => boolean): Promise<void> {
    const topics = this.#topics.filter(({ partitions }) => task < partitions);
    const ranges = await readPartitions(
      this.#connection,
      topics.map(({ topicId }) => ({ topicId, partition: task })),
    );
    const positions = topics.map(({ topicId, topic }, i): Position => {
      const range = ranges[i] ?? null;
      const wanted = offsets.get(topic) ?? range?.low ?? 0;
      checkOffset({ topic, partition: task }, wanted, range);
      return { topicId, topic, task, offset: wanted };
    });
    if (!stillWanted()) return;
    this.#positions.set(task, positions);
    this.#wake?.();
  }

  async #read(limits: PollLimits): Promise<LogBatch[]> {
    const askedMs = Date.now();
    const lagging = await this.#lagging();
    const chosen = this.#choose(lagging, limits.recordsMax);
    if (chosen.length === 0) return [];
    const found = await readRecords(
      this.#connection,
      chosen.map(({ position, recordsMax }) => ({
        topicId: position.topicId,
        topic: position.topic,
        partition: position.task,
        offset: position.offset,
        recordsMax,
      })),
      Math.min(limits.bytesMax, this.#options.bufferBytesMax),
    );
    const batches: LogBatch[] = [];
    for (const [i, { position, high }] of chosen.entries()) {
      const records = found[i] ?? [];
      const [first] = records;
      const last = records.at(-1);
      // Sought, paused or revoked while the statement ran.
      if (first === undefined || last === undefined || !this.#isReadable(position)) continue;
      if (first.offset !== position.offset) {
        this.#fail(position, new BalancinError('BUG', `offset ${position.offset} is missing in the log`));
        continue;
      }
      position.offset = last.offset + 1;
      const highWatermark = Math.max(high, position.offset);
      batches.push({ topic: position.topic, partition: position.task, highWatermark, records });
    }
    const behind = new Set(lagging.filter((l) => l.position.offset < l.high).map((l) => l.position.task));
    for (const { position } of lagging)
      if (!behind.has(position.task) && this.#isReadable(position))
        this.#caughtUpMs.set(position.task, askedMs);
    return batches;
  }

  /** Readable positions that the log goes beyond, in topic order. Those that the log no longer covers fail here. */
  async #lagging(): Promise<Lagging[]> {
    const positions: Position[] = [];
    const askedMs = Date.now();
    for (const { topic } of this.#topics) {
      for (const [task, ofTask] of this.#positions) {
        if (this.#paused.has(task)) continue;
        const position = ofTask.find((p) => p.topic === topic);
        if (position !== undefined) positions.push(position);
      }
    }
    if (positions.length === 0) return [];
    const ranges = await readPartitions(
      this.#connection,
      positions.map(({ topicId, task }) => ({ topicId, partition: task })),
    );
    const lagging: Lagging[] = [];
    for (const { task } of positions) this.#caughtUpMs.set(task, askedMs);
    for (const [i, position] of positions.entries()) {
      if (!this.#isReadable(position)) continue;
      try {
        const range = ranges[i] ?? null;
        const { high } = checkOffset(
          { topic: position.topic, partition: position.task },
          position.offset,
          range,
        );
        if (high <= position.offset) continue;
        lagging.push({ position, high });
        this.#caughtUpMs.delete(position.task);
      } catch (error) {
        this.#fail(position, error instanceof Error ? error : new Error(String(error)));
      }
    }
    return lagging;
  }

  /** Shares the records of one poll out: earlier topics first, partitions of a topic alike, another one in front each time. */
  #choose(lagging: readonly Lagging[], recordsMax: number): (Lagging & { readonly recordsMax: number })[] {
    const chosen: (Lagging & { readonly recordsMax: number })[] = [];
    let left = recordsMax;
    this.#turn += 1;
    for (const { topic } of this.#topics) {
      const ofTopic = lagging.filter(({ position }) => position.topic === topic);
      const from = ofTopic.length === 0 ? 0 : this.#turn % ofTopic.length;
      const turned = [...ofTopic.slice(from), ...ofTopic.slice(0, from)];
      for (const [i, each] of turned.entries()) {
        const share = Math.ceil(left / (turned.length - i));
        const take = Math.min(each.high - each.position.offset, share);
        if (take > 0) chosen.push({ ...each, recordsMax: take });
        left -= take;
      }
    }
    return chosen;
  }

  #isReadable(position: Position): boolean {
    const current = this.#positions.get(position.task);
    return current?.includes(position) === true && !this.#paused.has(position.task);
  }

  #fail({ task }: Position, error: Error): void {
    this.#positions.delete(task);
    this.#caughtUpMs.delete(task);
    this.#handlers.failed(task, error);
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }
}
