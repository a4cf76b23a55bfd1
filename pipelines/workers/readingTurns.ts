/**
 * Who may read records, over the threads of one process: when a record is read alone, no thread reads another one, so that
 * if the process dies it is clear of what.
 *
 * Slots of shared memory: one a thread, 1 while it reads; a last one, the thread that reads alone plus 1, or 0.
 *
 * 1. A thread sets its slot, then looks at the last one; who wants to be alone takes the last one, then looks at the others:
 *    so never are both inside.
 * 2. The slots of a thread that died are cleared by its supervisor, or the others would wait for ever.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const lookAgainMs = 2;

export class ReadingTurns {
  readonly #slots: Int32Array;
  readonly #thread: number;

  /** `memory` of `createTurnMemory`, seen by all threads of the process. */
  constructor(memory: SharedArrayBuffer, thread: number) {
    this.#slots = new Int32Array(memory);
    this.#thread = thread;
  }

  /** True: read, then call `leave`. False: another thread reads alone; ask again a little later. */
  tryEnter(): boolean {
    Atomics.store(this.#slots, this.#thread, 1);
    const holder = Atomics.load(this.#slots, this.#last);
    if (holder === 0 || holder === this.#thread + 1) return true;
    this.leave();
    return false;
  }

  leave(): void {
    Atomics.store(this.#slots, this.#thread, 0);
  }

  async enter(): Promise<void> {
    while (!this.tryEnter()) await sleep(lookAgainMs);
  }

  /** `work` while no other thread reads. Waits for those who do; `signal` ends the wait, and `work` is not called then. */
  async alone(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    while (Atomics.compareExchange(this.#slots, this.#last, 0, this.#thread + 1) !== 0) {
      if (signal.aborted) return;
      await sleep(lookAgainMs);
    }
    try {
      for (let thread = 0; thread < this.#last; thread++) {
        while (thread !== this.#thread && Atomics.load(this.#slots, thread) !== 0) {
          if (signal.aborted) return;
          await sleep(lookAgainMs);
        }
      }
      await work();
    } finally {
      Atomics.store(this.#slots, this.#last, 0);
    }
  }

  /** Rule 2. */
  clear(): void {
    this.leave();
    Atomics.compareExchange(this.#slots, this.#last, this.#thread + 1, 0);
  }

  get #last(): number {
    return this.#slots.length - 1;
  }
}

export function createTurnMemory(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer((threads + 1) * Int32Array.BYTES_PER_ELEMENT);
}
