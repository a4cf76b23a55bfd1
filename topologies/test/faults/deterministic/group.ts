/** Who works on which task: deals tasks out, moves them, takes them from the dead, and from the living without a word. */
import type { Random } from '../random.js';
import type { CoverageEvent } from './coverage.js';
import type { SimulatedWorker } from './simulatedWorker.js';

export interface GroupParts {
  readonly random: Random;
  readonly tasks: readonly number[];
  readonly start: (name: string) => SimulatedWorker;
  readonly saw: (event: CoverageEvent) => void;
  readonly trace: (what: string) => void;
}

const workersMax = 3;

export class Group {
  readonly #parts: GroupParts;
  readonly #owners = new Map<number, SimulatedWorker | null>();
  /** Tasks that were given to another, and whose old worker has not heard of it. */
  readonly #untold: { readonly worker: SimulatedWorker; readonly task: number }[] = [];
  #workers: SimulatedWorker[] = [];
  #started = 0;

  constructor(parts: GroupParts) {
    this.#parts = parts;
    for (const task of parts.tasks) this.#owners.set(task, null);
  }

  get living(): readonly SimulatedWorker[] {
    return this.#workers;
  }

  join(): void {
    const name = `w${++this.#started}`;
    this.#parts.trace(`${name} joins`);
    this.#workers.push(this.#parts.start(name));
  }

  /** One thing that happens to the group in troubled times, or nothing. */
  disturb(): void {
    const { random } = this.#parts;
    this.#bury();
    if (this.#able.length === 0 || (this.#workers.length < workersMax && random.chance(0.02))) this.join();
    for (const [task, owner] of this.#owners) if (owner === null && random.chance(0.4)) this.#deal(task);
    if (random.chance(0.05)) this.#tell();
    if (random.chance(0.006)) this.#move();
    if (random.chance(0.004)) this.#takeUntold();
    if (random.chance(0.002)) this.#leave();
  }

  /** Everything that is needed for an end: a worker for every task, and all told. */
  recover(): void {
    this.#bury();
    if (this.#able.length === 0) this.join();
    while (this.#untold.length > 0) this.#tell();
    for (const [task, owner] of this.#owners) if (owner === null) this.#deal(task);
  }

  kill(worker: SimulatedWorker): void {
    worker.dead = true;
    this.#parts.saw('killed');
    this.#forget(worker);
  }

  /** It is not heard of any more: its tasks go to others, and it is told when it is back. */
  miss(worker: SimulatedWorker): void {
    for (const [task, owner] of this.#owners)
      if (owner === worker) {
        this.#untold.push({ worker, task });
        this.#owners.set(task, null);
      }
  }

  #bury(): void {
    for (const worker of this.#workers.filter(({ ended }) => ended)) this.#forget(worker);
  }

  #forget(worker: SimulatedWorker): void {
    this.#workers = this.#workers.filter((each) => each !== worker);
    for (const [task, owner] of this.#owners) if (owner === worker) this.#owners.set(task, null);
  }

  /** Those that tasks can be given to. */
  get #able(): SimulatedWorker[] {
    return this.#workers.filter(({ consumer, leaving, hung }) => consumer !== null && !leaving && !hung);
  }

  #deal(task: number, but?: SimulatedWorker): void {
    const able = this.#able.filter((worker) => worker !== but);
    if (able.length === 0) return;
    const worker = this.#parts.random.pick(able);
    this.#parts.trace(`task ${task} to ${worker.name}`);
    this.#owners.set(task, worker);
    // It may still hold the task from a time it does not know to be over: it is told first.
    const untold = this.#untold.findIndex((each) => each.worker === worker && each.task === task);
    if (untold >= 0) {
      this.#untold.splice(untold, 1);
      void worker.consumer?.drop(task);
    }
    worker.consumer?.take(task);
  }

  #owned(): (readonly [number, SimulatedWorker])[] {
    return [...this.#owners].flatMap(([task, owner]) => (owner === null ? [] : [[task, owner] as const]));
  }

  #move(): void {
    const owned = this.#owned();
    if (owned.length === 0) return;
    const [task, worker] = this.#parts.random.pick(owned);
    this.#parts.trace(`task ${task} is taken from ${worker.name}`);
    this.#parts.saw('moved');
    void worker.consumer?.drop(task).then(() => {
      if (this.#owners.get(task) === worker) this.#owners.set(task, null);
    });
  }

  /** A worker that hung past its session's end, and wakes up later. */
  #takeUntold(): void {
    const owned = this.#owned();
    if (owned.length === 0 || this.#workers.length < 2) return;
    const [task, worker] = this.#parts.random.pick(owned);
    this.#parts.trace(`task ${task} is taken from ${worker.name}, which does not know`);
    this.#parts.saw('taken from a worker that does not know');
    this.#untold.push({ worker, task });
    this.#owners.set(task, null);
    this.#deal(task, worker);
  }

  #tell(): void {
    const told = this.#untold.shift();
    if (told === undefined) return;
    this.#parts.trace(`${told.worker.name} is told that task ${told.task} is gone`);
    void told.worker.consumer?.drop(told.task);
  }

  #leave(): void {
    const able = this.#workers.filter(({ leaving }) => !leaving);
    if (able.length < 2) return;
    const worker = this.#parts.random.pick(able);
    this.#parts.trace(`${worker.name} leaves`);
    this.#parts.saw('left');
    worker.stop();
  }
}
