/** Gates: where everything that a simulated process awaits at a port waits until the schedule lets it go on. */

/**
 * What becomes of a message at a gate. `cut`: it is lost and its connection with it. `deaf`: it arrives, the answer is lost.
 * `late`: for its sender it is lost, yet it arrives later. `die`: the process is gone before it sends. `hang`: it stops there for
 * so long that its tasks are given to another, and then goes on.
 */
export type Fate = 'go' | 'cut' | 'deaf' | 'late' | 'die' | 'hang';

/** Every point where a process can be stopped, with what can happen there besides going on. */
export const points = {
  poll: ['die', 'hang'],
  claim: ['cut', 'deaf', 'die', 'hang'],
  'restore begin': ['cut', 'die', 'hang'],
  'restore task': ['cut', 'die', 'hang'],
  'restore read': ['cut', 'die', 'hang'],
  'restore end': ['cut', 'die', 'hang'],
  'commit begin': ['cut', 'die', 'hang'],
  'commit rows': ['cut', 'die', 'hang'],
  'commit state': ['cut', 'die', 'hang'],
  'commit outbox': ['cut', 'die', 'hang'],
  'commit fence': ['cut', 'deaf', 'late', 'die', 'hang'],
  'commit answer': ['die', 'hang'],
  'fold read': ['cut', 'die', 'hang'],
  'fold write': ['cut', 'deaf', 'late', 'die', 'hang'],
  'relay lock': ['cut', 'die', 'hang'],
  'relay read': ['cut', 'die', 'hang'],
  'relay send': ['cut', 'deaf', 'die', 'hang'],
  'relay delete': ['cut', 'deaf', 'die', 'hang'],
  'relay unlock': ['cut', 'die', 'hang'],
  connect: ['cut', 'die', 'hang'],
  directory: ['die', 'hang'],
  // Their faults are another's: only when they go on is up to the schedule.
  sleep: [],
  rollback: [],
  again: [],
} as const satisfies Readonly<Record<string, readonly Exclude<Fate, 'go'>[]>>;

export type Point = keyof typeof points;

/** A process that the schedule can end at any moment: nothing of it goes on then. */
export interface Process {
  readonly name: string;
  dead: boolean;
  /** Stopped for now: all that waits of it stays. */
  hung: boolean;
}

export interface Gate {
  readonly process: Process | null;
  readonly point: Point;
  open(fate: Fate): void;
}

export class Gates {
  /** In the order in which they were reached. */
  readonly #waiting: Gate[] = [];
  #busy = 0;
  #idle: (() => void) | null = null;

  /** Never settles for a process that is dead. */
  pass(process: Process | null, point: Point): Promise<Fate> {
    return new Promise((resolve) => {
      if (process?.dead) return;
      this.#waiting.push({ process, point, open: resolve });
    });
  }

  /** Work that is under way and must end before the schedule decides on: real answers of the database. */
  async work<T>(doing: () => Promise<T>): Promise<T> {
    this.begin();
    try {
      return await doing();
    } finally {
      this.end();
    }
  }

  begin(): void {
    this.#busy++;
  }

  end(): void {
    this.#busy--;
    if (this.#busy === 0) this.#idle?.();
  }

  /** Resolves when everything waits at a gate. */
  async settled(): Promise<void> {
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#busy === 0) return;
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      this.#idle = null;
    }
  }

  /** Those that may go on. */
  get waiting(): readonly Gate[] {
    return this.#waiting.filter(({ process }) => process === null || !(process.dead || process.hung));
  }

  remove(gate: Gate): void {
    this.#waiting.splice(this.#waiting.indexOf(gate), 1);
  }
}
