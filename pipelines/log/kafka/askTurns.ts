/** Lets so many questions be under way at once; the others, as many as there are askers, wait in the order they came. */
export class AskTurns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(asksMax: number) {
    this.#free = asksMax;
  }

  async run<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await ask();
    } finally {
      const next = this.#waiting.shift();
      // The turn is handed on: one that comes meanwhile is not served first.
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
