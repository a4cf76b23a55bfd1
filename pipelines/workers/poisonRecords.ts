/** Records that are dead-lettered unread when they come by: an operator threw on them, or a worker died. */
import type { RejectReason } from '#schemas/records/deadLetter.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';

export interface Poison {
  readonly task: number;
  readonly topic: string;
  readonly offset: number;
  readonly reason: Extract<RejectReason, 'operator-threw' | 'worker-died'>;
  /** One sentence for a person. */
  readonly detail: string;
}

/** Of one thread. Never more than its tasks have in work: each goes when it is passed, or its task is lost. */
export class PoisonRecords {
  readonly #byPlace = new Map<string, Poison>();

  get size(): number {
    return this.#byPlace.size;
  }

  add(poison: Poison): void {
    this.#byPlace.set(place(poison.topic, poison.task, poison.offset), poison);
  }

  find({ topic, partition, offset }: LogRecord): Poison | undefined {
    return this.#byPlace.size === 0 ? undefined : this.#byPlace.get(place(topic, partition, offset));
  }

  /** Those below the committed offsets were dead-lettered and will not come again. */
  passed(task: number, nextOffsets: ReadonlyMap<string, number>): void {
    this.#forget((p) => p.task === task && p.offset < (nextOffsets.get(p.topic) ?? 0));
  }

  forget(task: number): void {
    this.#forget((p) => p.task === task);
  }

  #forget(is: (poison: Poison) => boolean): void {
    for (const [name, poison] of this.#byPlace) if (is(poison)) this.#byPlace.delete(name);
  }
}

/** Names a record for a person. */
export function place(topic: string, partition: number, offset: number): string {
  return `${topic}/${partition}/${offset}`;
}
