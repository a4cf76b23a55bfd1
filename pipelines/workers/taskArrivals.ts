/** How late the records below a task's next offsets arrived: by that a log that was made anew is known. */
import type { Claim } from '#pipelines/commit/taskCommit.js';

/**
 * A claim may not know it, as after a commit of an older program. What is read then says it of its own topic alone: another
 * topic may hold later arrivals below its next offset, and a claim that went by less would take the log for another one. So
 * nothing is said before each of the claim's topics has brought a record.
 */
export class TaskArrivals {
  #latestMs: number;
  /** Topics that nothing is known of; null: none. */
  #unheard: Set<string> | null = null;

  constructor({ arrivedMs, nextOffsets }: Pick<Claim, 'arrivedMs' | 'nextOffsets'>) {
    this.#latestMs = arrivedMs;
    if (arrivedMs > 0) return;
    const unheard = [...nextOffsets].flatMap(([topic, next]) => (next > 0 ? [topic] : []));
    if (unheard.length > 0) this.#unheard = new Set(unheard);
  }

  /** Nothing below the next offsets arrived later, by the log's clock, ms; 0: not known. */
  get untilMs(): number {
    return this.#unheard === null ? this.#latestMs : 0;
  }

  read(topic: string, arrivedMs: number): void {
    if (arrivedMs > this.#latestMs) this.#latestMs = arrivedMs;
    if (this.#unheard?.delete(topic) === true && this.#unheard.size === 0) this.#unheard = null;
  }
}
