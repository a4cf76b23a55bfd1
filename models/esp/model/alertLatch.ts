/** Keeps an alert from flickering: it opens at one risk and closes below a lower one that lasts. */

export interface AlertLimits {
  readonly open: number;
  readonly close: number;
}

/** A quiet day between two bad ones is no recovery. */
const quietDays = 3;

export class AlertLatch {
  readonly #limits: AlertLimits;
  #open = false;
  #quiet = 0;

  constructor(limits: AlertLimits) {
    this.#limits = limits;
  }

  /** A day's risk. */
  push(risk: number): boolean {
    if (risk >= this.#limits.open) this.#open = true;
    this.#quiet = risk < this.#limits.close ? this.#quiet + 1 : 0;
    if (this.#quiet >= quietDays) this.#open = false;
    return this.#open;
  }

  /** A pump that was pulled takes its alert with it. */
  reset(): void {
    this.#open = false;
    this.#quiet = 0;
  }
}
