/** Where each number of the multivariate detector's state stands. */

export class Layout {
  readonly blocks = 8;
  readonly count = 0;
  /** Rows since the levels were learned. */
  readonly since = 1;
  readonly open = 2;
  readonly run = 3;
  readonly origin = 4;
  /** A number a signal each: level of the rows that taught, sum of their squares about it. */
  readonly mean: number;
  readonly square: number;
  /** Exponential means of the rows; of the squared distance of a row from the fast one, now and usually. */
  readonly fast: number;
  readonly slow: number;
  readonly spread: number;
  readonly usual: number;
  readonly last: number;
  /** Sums of products about the level, lower triangle. */
  readonly fastProducts: number;
  readonly slowProducts: number;
  /** Block after block, a number a signal. */
  readonly blockMeans: number;
  /** Of each of five statistics: count, mean and sum of squares of the cube root. */
  readonly limits: number;
  readonly fields: number;

  constructor(signals: number) {
    const triangle = (signals * (signals + 1)) / 2;
    this.mean = this.origin + signals;
    this.square = this.mean + signals;
    this.fast = this.square + signals;
    this.slow = this.fast + signals;
    this.spread = this.slow + signals;
    this.usual = this.spread + signals;
    this.last = this.usual + signals;
    this.fastProducts = this.last + signals;
    this.slowProducts = this.fastProducts + triangle;
    this.blockMeans = this.slowProducts + triangle;
    this.limits = this.blockMeans + this.blocks * signals;
    this.fields = this.limits + 15;
  }
}
