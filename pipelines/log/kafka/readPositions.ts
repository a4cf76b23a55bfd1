/** The positions of the tasks that are being read. */
import type { FetchPosition } from './fetchPosition.js';

export class ReadPositions {
  /** A task's positions by topic, while it may be read. */
  readonly #ofTask = new Map<number, ReadonlyMap<string, FetchPosition>>();

  ofTask(task: number): ReadonlyMap<string, FetchPosition> | undefined {
    return this.#ofTask.get(task);
  }

  at(topic: string, task: number): FetchPosition | undefined {
    return this.#ofTask.get(task)?.get(topic);
  }

  all(): FetchPosition[] {
    return [...this.#ofTask.values()].flatMap((positions) => [...positions.values()]);
  }

  /** The task may be read from these. */
  start(task: number, positions: ReadonlyMap<string, FetchPosition>): void {
    this.#ofTask.set(task, positions);
  }

  stop(task: number): void {
    this.#ofTask.delete(task);
  }

  /** When the log last held nothing for the task that was not fetched, by our wall clock, ms; null while that is not known. */
  endSeenMs(task: number): number | null {
    let sinceMs = Number.POSITIVE_INFINITY;
    for (const position of this.#ofTask.get(task)?.values() ?? []) {
      if (!position.atEnd) return null;
      sinceMs = Math.min(sinceMs, position.highSeenMs);
    }
    return Number.isFinite(sinceMs) ? sinceMs : null;
  }

  /** False where the task is read by another position meanwhile, or not at all: what was asked for this one is void. */
  isCurrent(position: FetchPosition): boolean {
    return this.at(position.topic, position.task) === position;
  }
}
