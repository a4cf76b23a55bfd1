/** What kafkajs is told to fetch: from where, and what not. */
import type { Consumer, TopicPartitions } from 'kafkajs';
import type { LogWriter } from '../logWriter.js';
import type { FetchPosition } from './fetchPosition.js';
import type { ReadPositions } from './readPositions.js';

export interface FetchControlOptions {
  /** Of every topic's name in Kafka. */
  readonly prefix: string;
  readonly topics: readonly string[];
  readonly positions: ReadPositions;
  readonly log: LogWriter;
}

/** A task that is not being read (being claimed, failed, paused, full, checked) is paused in kafkajs. */
export class FetchControl {
  readonly #consumer: Consumer;
  readonly #options: FetchControlOptions;
  /** Tasks, by the caller. */
  readonly #paused = new Set<number>();
  /** Topics paused because the buffer is full. */
  readonly #full = new Set<string>();
  /** `topic/task` paused in kafkajs, as far as it was told. */
  readonly #silent = new Set<string>();

  constructor(consumer: Consumer, options: FetchControlOptions) {
    this.#consumer = consumer;
    this.#options = options;
  }

  isPaused(task: number): boolean {
    return this.#paused.has(task);
  }

  get fullTopics(): ReadonlySet<string> {
    return this.#full;
  }

  pause(task: number): void {
    this.#paused.add(task);
    this.tellPauses(task);
  }

  /** False where it was not paused. */
  resume(task: number): boolean {
    if (!this.#paused.delete(task)) return false;
    this.seekAll(task);
    this.tellPauses(task);
    return true;
  }

  /** The task is no longer ours: what its next owner is told starts anew. */
  forget(task: number): void {
    this.#paused.delete(task);
  }

  setFull(topic: string, full: boolean, tasks: readonly number[]): void {
    if (full) this.#full.add(topic);
    else this.#full.delete(topic);
    for (const task of tasks) this.tellPauses(task);
  }

  seekAll(task: number): void {
    for (const position of this.#options.positions.ofTask(task)?.values() ?? []) this.seekTo(position);
  }

  seekTo({ topic, task, next }: FetchPosition): void {
    this.#tell(() => {
      this.#consumer.seek({ topic: this.#options.prefix + topic, partition: task, offset: String(next) });
    });
  }

  /** Brings kafkajs's pauses of a task in line with what they should be; `again`: whatever it was told before. */
  tellPauses(task: number, { again } = { again: false }): void {
    const { prefix, positions } = this.#options;
    const pauses: TopicPartitions[] = [];
    const resumes: TopicPartitions[] = [];
    for (const topic of this.#options.topics) {
      const position = positions.at(topic, task);
      const silent =
        position === undefined || position.checking || this.#paused.has(task) || this.#full.has(topic);
      const name = `${topic}/${task}`;
      if (silent === this.#silent.has(name) && !again) continue;
      const target = { topic: prefix + topic, partitions: [task] };
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
      this.#options.log('debug', 'kafkajs is between two groups', { reason: String(error) });
    }
  }
}
