/** One member of the workers' group: its tasks, their positions, what was fetched for them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload, TopicPartitions } from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import type { ConsumerHandlers, ConsumerOptions, LogBatch, LogConsumer } from '../eventLog.js';
import type { LogWriter } from '../logWriter.js';
import { checkOffset, checkSameLog } from '../offsetRange.js';
import { TaskTenures } from '../taskTenures.js';
import { UnreadableBatch } from './fetchedMessage.js';
import { FetchedRecords } from './fetchedRecords.js';
import { FetchPosition, type ReadTo } from './fetchPosition.js';
import { explainKafkaError } from './kafkaErrors.js';
import type { OffsetRange } from './kafkaTopics.js';
import { wrapMessages } from './wrapMessages.js';

/** A full buffer holds its fetch back for so long before the topic is paused: a worker that is merely busy needs no pause. */
const holdMs = 100;
/** An empty fetch says nothing here: so often the log is asked where partitions end that seem read to their end. */
const endAskMs = 1_000;
/** A topic that is made anew between two fetches is not noticed by them: each position is asked about so often … */
const sameLogEveryMs = 10_000;
/** … and so many of them a second. */
const sameLogAsks = 4;
/** Between two attempts to learn whether a log is still the same one. */
const sameLogRetryMs = 500;

interface PollLimits {
  readonly recordsMax: number;
  readonly bytesMax: number;
  readonly timeoutMs: number;
}

/** What the consumer needs to know of the cluster; topics by their own names. */
export interface ConsumerCluster {
  readonly prefix: string;
  /** Asked for after the call. */
  offsets(topic: string): Promise<readonly OffsetRange[]>;
  /** First offset with a record later than that; one past the last where there is none. */
  firstAfter(topic: string, partition: number, timestampMs: number): Promise<number>;
  readonly log: LogWriter;
  onClose(): void;
}

/**
 * A task that is not being read (being claimed, failed, paused, full, checked) is paused in kafkajs, which goes on with
 * heartbeats meanwhile. kafkajs never learns an offset of ours but by seek: offsets belong to PostgreSQL.
 */
export class KafkaConsumer implements LogConsumer {
  readonly #consumer: Consumer;
  readonly #options: ConsumerOptions;
  readonly #handlers: ConsumerHandlers;
  readonly #cluster: ConsumerCluster;
  readonly #tenures: TaskTenures;
  readonly #buffer: FetchedRecords;
  /** A task's positions by topic, while it may be read. */
  readonly #positions = new Map<number, ReadonlyMap<string, FetchPosition>>();
  /** By the caller. */
  readonly #paused = new Set<number>();
  /** Topics paused because the buffer is full. */
  readonly #full = new Set<string>();
  /** `topic/task` paused in kafkajs, as far as it was told. */
  readonly #silent = new Set<string>();
  #memberId: string | null = null;
  #heldSinceMs = 0;
  #failure: BalancinError | null = null;
  #woken = false;
  #endAskedMs = 0;
  #wakePoll: (() => void) | null = null;
  #wakeFetch: (() => void) | null = null;
  /** Ends when kafkajs has joined, or has given up. */
  #joining: Promise<void> = Promise.resolve();
  #joined: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(
    createConsumer: (holding: () => { tasks: readonly number[]; sinceMs: number }) => Consumer,
    options: ConsumerOptions,
    handlers: ConsumerHandlers,
    cluster: ConsumerCluster,
  ) {
    this.#options = options;
    this.#handlers = handlers;
    this.#cluster = cluster;
    this.#buffer = new FetchedRecords(options.topics, options.bufferBytesMax);
    this.#tenures = new TaskTenures(handlers, (...start) => this.#startReading(...start), cluster.log);
    this.#consumer = createConsumer(() => ({ tasks: this.#tenures.tasks, sinceMs: this.#heldSinceMs }));
  }

  get isClosed(): boolean {
    return this.#closing !== null;
  }

  /** Fetched and not yet polled. */
  get bufferedBytes(): number {
    return this.#buffer.bytes;
  }

  /** Joins the group. */
  async open(): Promise<void> {
    const consumer = this.#consumer;
    const { GROUP_JOIN, CRASH, START_BATCH_PROCESS } = consumer.events;
    consumer.on(GROUP_JOIN, (event) => {
      this.#onJoin(event.payload);
    });
    consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0 && payload.firstOffset !== null) {
        const position = this.#positionOf(payload.topic, payload.partition);
        position?.passFiltered(Number(payload.firstOffset), Number(payload.lastOffset));
        position?.heardHigh(Number(payload.highWatermark), Date.now());
      }
    });
    consumer.on(CRASH, ({ payload }) => {
      this.#joined?.();
      if (payload.restart) this.#expectJoin();
      if (payload.restart || this.isClosed) return;
      this.#failure = explainKafkaError(payload.error, `to consume as ${this.#options.groupId}`);
      this.#wakePoll?.();
    });
    await consumer.connect();
    const topics = this.#options.topics.map((topic) => this.#cluster.prefix + topic);
    await consumer.subscribe({ topics, fromBeginning: true });
    this.#expectJoin();
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: (payload) => this.#onBatch(payload),
    });
  }

  async poll(limits: PollLimits): Promise<LogBatch[]> {
    if (this.#failure !== null) throw this.#failure;
    this.#askForEnds();
    let batches = this.#buffer.take(limits);
    if (batches.length === 0 && !this.isClosed && !this.#woken) {
      await this.#untilWoken(limits.timeoutMs, (wake) => {
        this.#wakePoll = wake;
      });
      batches = this.#buffer.take(limits);
    }
    this.#woken = false;
    this.#refill();
    return batches;
  }

  wake(): void {
    this.#woken = true;
    this.#wakePoll?.();
  }

  caughtUpMs(task: number): number | null {
    const positions = this.#positions.get(task);
    if (positions === undefined || this.#buffer.holds(task)) return null;
    let sinceMs = Number.POSITIVE_INFINITY;
    for (const position of positions.values()) {
      if (!position.atEnd) return null;
      sinceMs = Math.min(sinceMs, position.highSeenMs);
    }
    return Number.isFinite(sinceMs) ? sinceMs : null;
  }

  /** Positions at the end of what was heard of: is it still the end? Finds a topic that was cut or recreated, too. */
  #askForEnds(): void {
    const nowMs = Date.now();
    if (this.isClosed || nowMs - this.#endAskedMs < endAskMs) return;
    this.#endAskedMs = nowMs;
    this.#askWhetherSame(nowMs);
    for (const topic of this.#options.topics) {
      const ended = [...this.#positions.values()].flatMap((positions) => {
        const position = positions.get(topic);
        const isDue =
          position?.atEnd === true && !position.checking && nowMs - position.highSeenMs >= endAskMs;
        return isDue ? [position] : [];
      });
      if (ended.length > 0) void this.#askForEnd(topic, ended, nowMs);
    }
  }

  async #askForEnd(topic: string, ended: readonly FetchPosition[], askedMs: number): Promise<void> {
    // Away: nothing is known, and the clock of those tasks stands still meanwhile.
    const ranges = await this.#cluster.offsets(topic).catch(() => null);
    for (const position of ranges === null ? [] : ended) {
      const { task } = position;
      const high = ranges?.[task]?.high ?? 0;
      if (this.#positions.get(task)?.get(topic) !== position || position.checking) continue;
      if (high < position.next) this.#check(position, high);
      // A batch that came meanwhile has told more.
      else if (position.highSeenMs <= askedMs) position.heardHigh(high, askedMs);
    }
  }

  pause(task: number): void {
    this.#paused.add(task);
    // Its records would hold the others' place in the buffer: they are fetched again.
    const dropped = this.#buffer.drop(task);
    for (const position of this.#positions.get(task)?.values() ?? []) {
      position.next = dropped.get(position.topic) ?? position.next;
    }
    this.#tellPauses(task);
  }

  resume(task: number): void {
    if (!this.#paused.delete(task)) return;
    for (const position of this.#positions.get(task)?.values() ?? []) this.#seekTo(position);
    this.#tellPauses(task);
  }

  seek(task: number, offsets: ReadonlyMap<string, number>): void {
    this.#stopReading(task);
    this.#tenures.restart(task, offsets);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The handlers come first, while heartbeats keep the group as it is: what they commit is not in vain. */
  async #close(): Promise<void> {
    this.#cluster.onClose();
    const tasks = this.#tenures.tasks;
    for (const task of tasks) this.#stopReading(task);
    this.#wakePoll?.();
    this.#wakeFetch?.();
    await this.#tenures.dropAll();
    // Disconnecting while kafkajs joins would leave behind a member that nobody can close.
    await this.#joining;
    await this.#consumer.disconnect().catch((error: unknown) => {
      this.#cluster.log('warn', 'the consumer did not leave its group cleanly', { reason: String(error) });
    });
  }

  #expectJoin(): void {
    this.#joining = new Promise((resolve) => {
      this.#joined = resolve;
    });
  }

  #onJoin({ memberId, memberAssignment }: ConsumerGroupJoinEvent['payload']): void {
    this.#joined?.();
    if (this.isClosed) return;
    const held = new Set(Object.values(memberAssignment).flat());
    // Under another id we were gone meanwhile, and others may have claimed what was ours.
    const stayed = memberId === this.#memberId;
    this.#memberId = memberId;
    this.#heldSinceMs = Date.now();
    for (const task of this.#tenures.tasks) if (!stayed || !held.has(task)) this.#release(task);
    // kafkajs has forgotten its positions, after a restart also what was paused: it is told all anew.
    for (const task of held) {
      this.#tenures.take(task);
      for (const position of this.#positions.get(task)?.values() ?? []) {
        this.#seekTo(position);
        void this.#checkSameLog(position);
      }
      this.#tellPauses(task, { again: true });
    }
  }

  #release(task: number): void {
    this.#stopReading(task);
    this.#paused.delete(task);
    void this.#tenures.drop(task);
  }

  #stopReading(task: number): void {
    this.#positions.delete(task);
    this.#buffer.drop(task);
    this.#tellPauses(task);
  }

  async #startReading(
    task: number,
    offsets: ReadonlyMap<string, number>,
    stillWanted: () => boolean,
  ): Promise<void> {
    const positions = new Map<string, FetchPosition>();
    const askedMs = Date.now();
    const arrivedMs = this.#handlers.arrivedUntilMs?.(task) ?? 0;
    await Promise.all(
      this.#options.topics.map(async (topic) => {
        const range = (await this.#cluster.offsets(topic))[task] ?? null;
        const next = offsets.get(topic) ?? range?.low ?? 0;
        const position = new FetchPosition(topic, task, next);
        const { low, high } = checkOffset({ topic, partition: task }, next, range);
        position.heardHigh(high, askedMs);
        position.read = { next: offsets.get(topic) ?? 0, arrivedMs };
        position.known = position.read;
        position.sameAskedMs = askedMs;
        if (next > low) await this.#requireSameLog(position, position.read);
        positions.set(topic, position);
      }),
    );
    if (!stillWanted()) return;
    this.#buffer.drop(task);
    this.#positions.set(task, positions);
    for (const position of positions.values()) this.#seekTo(position);
    this.#tellPauses(task);
  }

  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const position = this.#positionOf(batch.topic, batch.partition);
    if (position === undefined || position.checking || this.#paused.has(position.task)) return;
    if (!payload.isRunning() || payload.isStale()) return;
    const from = fetchedFrom(batch);
    if (from !== position.next) {
      this.#check(position, from);
      return;
    }
    const { topic, task } = position;
    const [first] = batch.messages as readonly unknown[];
    if (first instanceof UnreadableBatch) {
      this.#stopReading(task);
      this.#handlers.failed(task, unreadable(topic, task, first));
      return;
    }
    const { records, bytes } = wrapMessages(topic, task, batch.messages);
    if (records.length > 0) position.took(records);
    position.advance(Number(batch.lastOffset()));
    position.heardHigh(Number(batch.highWatermark), Date.now());
    this.#buffer.push(topic, task, Number(batch.highWatermark), records, bytes);
    this.#wakePoll?.();
    if (!this.#buffer.isFull(topic)) return;
    await this.#untilWoken(holdMs, (wake) => {
      this.#wakeFetch = wake;
    });
    if (this.#buffer.isFull(topic)) this.#setFull(topic, true);
  }

  /** Rules 3 and 4 of `FetchPosition`. */
  #check(position: FetchPosition, from: number): void {
    const { topic, task } = position;
    position.checking = true;
    this.#tellPauses(task);
    const current = () => this.#positions.get(task)?.get(topic) === position;
    this.#cluster
      .offsets(topic)
      .then((ranges) => {
        if (!current()) return;
        checkOffset({ topic, partition: task }, position.next, ranges[task] ?? null);
        const gap = position.acceptGap(from);
        this.#cluster.log('debug', 'a batch was fetched from another offset than asked for', {
          topic,
          partition: task,
          next: position.next,
          from,
          gap,
        });
      })
      .catch((error: unknown) => {
        const reason = explainKafkaError(error, `for offsets of ${topic}`);
        if (!current() || reason.retry) return;
        this.#stopReading(task);
        this.#handlers.failed(task, reason);
      })
      .finally(() => {
        position.checking = false;
        if (!current()) return;
        this.#seekTo(position);
        this.#tellPauses(task);
      });
  }

  /** Throws OFFSET_OUT_OF_RANGE where what was read is no longer what the log holds. */
  async #requireSameLog({ topic, task }: FetchPosition, { next, arrivedMs }: ReadTo): Promise<void> {
    if (arrivedMs === 0 || next === 0) return;
    checkSameLog({ topic, partition: task }, next, await this.#cluster.firstAfter(topic, task, arrivedMs));
  }

  #askWhetherSame(nowMs: number): void {
    const due = [...this.#positions.values()]
      .flatMap((positions) => [...positions.values()])
      .filter((position) => !position.checking && nowMs - position.sameAskedMs >= sameLogEveryMs)
      .slice(0, sameLogAsks);
    for (const position of due) {
      position.sameAskedMs = nowMs;
      const { read, known } = position;
      this.#requireSameLog(position, known).then(
        () => {
          position.known = read;
        },
        (error: unknown) => {
          // Anything else: away, and asked again later.
          if (error instanceof BalancinError && error.code === 'OFFSET_OUT_OF_RANGE')
            this.#fail(position, error);
        },
      );
    }
  }

  /** Nothing where the task is read by another position meanwhile. */
  #fail(position: FetchPosition, reason: BalancinError): void {
    const { topic, task } = position;
    if (this.isClosed || this.#positions.get(task)?.get(topic) !== position) return;
    this.#stopReading(task);
    this.#handlers.failed(task, reason);
  }

  /** kafkajs joins anew when a topic is gone for a moment: until the log is known to be the same, nothing is taken. */
  async #checkSameLog(position: FetchPosition): Promise<void> {
    const { topic, task } = position;
    if (position.checking) return;
    position.checking = true;
    this.#tellPauses(task);
    const current = () => !this.isClosed && this.#positions.get(task)?.get(topic) === position;
    while (current()) {
      try {
        await this.#requireSameLog(position, position.read);
        break;
      } catch (error) {
        const reason = explainKafkaError(error, `whether ${topic} is still the same`);
        // Not every broker knows at once of a topic that was made anew; one that stays away ends the consumer itself.
        if (!reason.retry && reason.code !== 'NOT_FOUND') {
          this.#fail(position, reason);
          return;
        }
        await sleep(sameLogRetryMs);
      }
    }
    if (!current()) return;
    position.checking = false;
    this.#seekTo(position);
    this.#tellPauses(task);
  }

  #positionOf(topicInKafka: string, partition: number): FetchPosition | undefined {
    return this.#positions.get(partition)?.get(topicInKafka.slice(this.#cluster.prefix.length));
  }

  #refill(): void {
    this.#wakeFetch?.();
    for (const topic of this.#full) if (this.#buffer.hasRoom(topic)) this.#setFull(topic, false);
  }

  #setFull(topic: string, full: boolean): void {
    if (full) this.#full.add(topic);
    else this.#full.delete(topic);
    for (const task of this.#tenures.tasks) this.#tellPauses(task);
  }

  #seekTo({ topic, task, next }: FetchPosition): void {
    this.#tell(() => {
      this.#consumer.seek({ topic: this.#cluster.prefix + topic, partition: task, offset: String(next) });
    });
  }

  /** Brings kafkajs's pauses of a task in line with what they should be; `again`: whatever it was told before. */
  #tellPauses(task: number, { again } = { again: false }): void {
    const pauses: TopicPartitions[] = [];
    const resumes: TopicPartitions[] = [];
    for (const topic of this.#options.topics) {
      const position = this.#positions.get(task)?.get(topic);
      const silent =
        position === undefined || position.checking || this.#paused.has(task) || this.#full.has(topic);
      const name = `${topic}/${task}`;
      if (silent === this.#silent.has(name) && !again) continue;
      const target = { topic: this.#cluster.prefix + topic, partitions: [task] };
      if (silent) {
        this.#silent.add(name);
        pauses.push(target);
      } else {
        this.#silent.delete(name);
        resumes.push(target);
      }
    }
    this.#tell(() => {
      if (pauses.length > 0) this.#consumer.pause(pauses);
      if (resumes.length > 0) this.#consumer.resume(resumes);
    });
  }

  /** Between a crash and the next join kafkajs has no group to tell; joining tells it all anew. */
  #tell(command: () => void): void {
    try {
      command();
    } catch (error) {
      this.#cluster.log('debug', 'kafkajs is between two groups', { reason: String(error) });
    }
  }

  async #untilWoken(timeoutMs: number, arm: (wake: (() => void) | null) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      arm(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    arm(null);
  }
}

function unreadable(topic: string, task: number, batch: UnreadableBatch): BalancinError {
  const { firstOffset, offsetNumber: lastOffset, why } = batch;
  return new BalancinError(
    'DATA_INVALID',
    `records ${firstOffset} to ${lastOffset} of ${topic}/${task} are one batch that is not unpacked: ${why}. This task is stopped and nothing is skipped: find who wrote it`,
    { context: { topic, partition: task, firstOffset, lastOffset } },
  );
}

/** kafkajs keeps it with the batch without declaring it. */
function fetchedFrom(batch: object): number {
  if ('fetchedOffset' in batch) {
    const offset = Number(batch.fetchedOffset);
    if (Number.isSafeInteger(offset)) return offset;
  }
  throw new BalancinError('BUG', 'kafkajs no longer says from which offset a batch was fetched');
}
