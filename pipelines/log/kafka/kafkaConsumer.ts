/** One member of the workers' group: which tasks it holds, and what was fetched for them. */
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { BalancinError } from '#schemas/errors.js';
import type { ConsumerHandlers, ConsumerOptions, LogBatch, LogConsumer } from '../eventLog.js';
import { type ReadFrom, TaskTenures } from '../taskTenures.js';
import { noteFiltered, takeBatch } from './batchIntake.js';
import type { ConsumerCluster, ConsumerReading } from './consumerReading.js';
import { FetchControl } from './fetchControl.js';
import { FetchedRecords } from './fetchedRecords.js';
import type { FetchPosition } from './fetchPosition.js';
import { GroupMembership } from './groupMembership.js';
import { RangeChecks } from './rangeChecks.js';
import { ReadPositions } from './readPositions.js';
import { SameLogChecks } from './sameLogChecks.js';
import { startPositions } from './startPositions.js';
import { WakeableWait } from './wakeableWait.js';

/** A full buffer holds its fetch back for so long before the topic is paused: a worker that is merely busy needs no pause. */
const holdMs = 100;

interface PollLimits {
  readonly recordsMax: number;
  readonly bytesMax: number;
  readonly timeoutMs: number;
}

/**
 * A task that is not being read is paused in kafkajs, which goes on with heartbeats meanwhile. kafkajs never learns an
 * offset of ours but by seek: offsets belong to PostgreSQL.
 */
export class KafkaConsumer implements LogConsumer {
  readonly #consumer: Consumer;
  readonly #options: ConsumerOptions;
  readonly #handlers: ConsumerHandlers;
  readonly #cluster: ConsumerCluster;
  readonly #tenures: TaskTenures;
  readonly #buffer: FetchedRecords;
  readonly #positions = new ReadPositions();
  readonly #control: FetchControl;
  readonly #reading: ConsumerReading;
  readonly #ranges: RangeChecks;
  readonly #sameLog: SameLogChecks;
  readonly #membership: GroupMembership;
  readonly #pollWait = new WakeableWait();
  readonly #fetchWait = new WakeableWait();
  #failure: BalancinError | null = null;
  #woken = false;
  #closing: Promise<void> | null = null;

  constructor(
    createConsumer: (holding: () => { tasks: readonly number[]; sinceMs: number }) => Consumer,
    options: ConsumerOptions,
    handlers: ConsumerHandlers,
    cluster: ConsumerCluster,
  ) {
    const { topics } = options;
    this.#options = options;
    this.#handlers = handlers;
    this.#cluster = cluster;
    this.#buffer = new FetchedRecords(topics, options.bufferBytesMax);
    this.#tenures = new TaskTenures(handlers, (...start) => this.#startReading(...start), cluster.log);
    this.#consumer = createConsumer(() => ({
      tasks: this.#tenures.tasks,
      sinceMs: this.#membership.heldSinceMs,
    }));
    this.#membership = new GroupMembership(this.#consumer, options.groupId);
    this.#control = new FetchControl(this.#consumer, {
      prefix: cluster.prefix,
      topics,
      positions: this.#positions,
      log: cluster.log,
    });
    this.#reading = {
      topics,
      cluster,
      positions: this.#positions,
      control: this.#control,
      isClosed: () => this.isClosed,
      passes: (task, records) => handlers.unreadable?.(task, records) === true,
      fail: (position, reason) => this.#fail(position, reason),
    };
    this.#ranges = new RangeChecks(this.#reading);
    this.#sameLog = new SameLogChecks(this.#reading);
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
    this.#membership.watch({
      joined: (tasks, stayed) => this.#onJoin(tasks, stayed),
      failed: (reason) => {
        if (this.isClosed) return;
        this.#failure = reason;
        this.#pollWait.wake();
      },
    });
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
      noteFiltered(payload, this.#positionOf(payload.topic, payload.partition));
    });
    await consumer.connect();
    const topics = this.#options.topics.map((topic) => this.#cluster.prefix + topic);
    await consumer.subscribe({ topics, fromBeginning: true });
    this.#membership.expectJoin();
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: (payload) => this.#onBatch(payload),
    });
  }

  async poll(limits: PollLimits): Promise<LogBatch[]> {
    if (this.#failure !== null) throw this.#failure;
    const nowMs = Date.now();
    if (!this.isClosed) {
      this.#ranges.askForEnds(nowMs);
      this.#sameLog.askNowAndThen(nowMs);
    }
    let batches = this.#buffer.take(limits);
    if (batches.length === 0 && !this.isClosed && !this.#woken) {
      await this.#pollWait.sleep(limits.timeoutMs);
      batches = this.#buffer.take(limits);
    }
    this.#woken = false;
    this.#refill();
    return batches;
  }

  wake(): void {
    this.#woken = true;
    this.#pollWait.wake();
  }

  caughtUpMs(task: number): number | null {
    return this.#buffer.holds(task) ? null : this.#positions.endSeenMs(task);
  }

  pause(task: number): void {
    // Its records would hold the others' place in the buffer: they are fetched again.
    const dropped = this.#buffer.drop(task);
    for (const position of this.#positions.ofTask(task)?.values() ?? []) {
      position.next = dropped.get(position.topic) ?? position.next;
    }
    this.#control.pause(task);
  }

  resume(task: number): void {
    this.#control.resume(task);
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
    this.#pollWait.wake();
    this.#fetchWait.wake();
    await this.#tenures.dropAll();
    // Disconnecting while kafkajs joins would leave behind a member that nobody can close.
    await this.#membership.joining;
    await this.#consumer.disconnect().catch((error: unknown) => {
      this.#cluster.log('warn', 'the consumer did not leave its group cleanly', { reason: String(error) });
    });
  }

  #onJoin(held: ReadonlySet<number>, stayed: boolean): void {
    if (this.isClosed) return;
    for (const task of this.#tenures.tasks) if (!stayed || !held.has(task)) this.#release(task);
    // kafkajs has forgotten its positions, after a restart also what was paused: it is told all anew.
    for (const task of held) {
      this.#tenures.take(task);
      this.#control.seekAll(task);
      for (const position of this.#positions.ofTask(task)?.values() ?? []) void this.#sameLog.hold(position);
      this.#control.tellPauses(task, { again: true });
    }
  }

  #release(task: number): void {
    this.#stopReading(task);
    this.#control.forget(task);
    void this.#tenures.drop(task);
  }

  #stopReading(task: number): void {
    this.#positions.stop(task);
    this.#buffer.drop(task);
    this.#control.tellPauses(task);
  }

  async #startReading(task: number, from: ReadFrom, stillWanted: () => boolean): Promise<void> {
    const positions = await startPositions(this.#reading, this.#sameLog, task, from);
    if (!stillWanted()) return;
    this.#buffer.drop(task);
    this.#positions.start(task, positions);
    this.#control.seekAll(task);
    this.#control.tellPauses(task);
  }

  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const position = this.#positionOf(batch.topic, batch.partition);
    const topic = takeBatch(payload, position, this.#reading, {
      buffer: this.#buffer,
      ranges: this.#ranges,
    });
    if (topic === null) return;
    this.#pollWait.wake();
    if (!this.#buffer.isFull(topic)) return;
    await this.#fetchWait.sleep(holdMs);
    if (this.#buffer.isFull(topic)) this.#control.setFull(topic, true, this.#tenures.tasks);
  }

  /** Nothing where the task is read by another position meanwhile. */
  #fail(position: FetchPosition, reason: Error): void {
    const { task } = position;
    if (this.isClosed || !this.#positions.isCurrent(position)) return;
    this.#stopReading(task);
    this.#handlers.failed(task, reason);
  }

  #positionOf(topicInKafka: string, partition: number): FetchPosition | undefined {
    return this.#positions.at(topicInKafka.slice(this.#cluster.prefix.length), partition);
  }

  #refill(): void {
    this.#fetchWait.wake();
    for (const topic of this.#control.fullTopics)
      if (this.#buffer.hasRoom(topic)) this.#control.setFull(topic, false, this.#tenures.tasks);
  }
}
