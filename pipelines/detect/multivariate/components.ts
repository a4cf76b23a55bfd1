/** Principal components of a covariance: Hotelling's T² in them, the squared prediction error outside. */
import { symmetricEigen } from './symmetricEigen.js';

/** Destroyed by every refresh, so all share it. */
let matrix = new Float64Array(0);

export class Components {
  /** Of the last vector scored; both are about 1 in the mean over what taught. */
  tSquared = 0;
  spe = 0;
  readonly #n: number;
  readonly #explained: number;
  readonly #ridge: number;
  readonly #vectors: Float64Array;
  readonly #values: Float64Array;
  /** Inverse of the correlation matrix. */
  readonly #precision: Float64Array;
  readonly #retained: Uint8Array;
  readonly #scales: Float64Array;
  readonly #scaled: Float64Array;

  constructor(n: number, { explained, ridge }: { readonly explained: number; readonly ridge: number }) {
    this.#n = n;
    this.#explained = explained;
    this.#ridge = ridge;
    if (matrix.length < n * n) matrix = new Float64Array(n * n);
    this.#vectors = new Float64Array(n * n);
    this.#values = new Float64Array(n);
    this.#precision = new Float64Array(n * n);
    this.#retained = new Uint8Array(n);
    this.#scales = new Float64Array(n).fill(1);
    this.#scaled = new Float64Array(n);
  }

  /** `sums[at …]` is the lower triangle of products over `rows`; `added` variance a signal, `floor` the least of one. */
  refresh(
    sums: Float64Array | Float32Array,
    at: number,
    rows: number,
    added: Float64Array,
    floor: (signal: number) => number,
  ): void {
    const n = this.#n;
    const element = (i: number, j: number) => (sums[at + (i * (i + 1)) / 2 + j] as number) / rows;
    for (let i = 0; i < n; i++)
      this.#scales[i] = Math.sqrt(element(i, i) + (added[i] as number) + floor(i)) || 1;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const r =
          ((1 - this.#ridge) * element(i, j)) / ((this.#scales[i] as number) * (this.#scales[j] as number));
        matrix[i * n + j] = r;
        matrix[j * n + i] = r;
      }
      matrix[i * n + i] = 1;
    }
    symmetricEigen(matrix, this.#vectors, n);
    for (let k = 0; k < n; k++) this.#values[k] = Math.max(1e-6, matrix[k * n + k] as number);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++)
          sum +=
            ((this.#vectors[i * n + k] as number) * (this.#vectors[j * n + k] as number)) /
            (this.#values[k] as number);
        this.#precision[i * n + j] = sum;
      }
    this.#retain();
  }

  /** `vector` is the distance from the level, in the signals' units. */
  score(vector: Float64Array): void {
    const n = this.#n;
    const scaled = this.#scaled;
    const vectors = this.#vectors;
    for (let j = 0; j < n; j++) scaled[j] = (vector[j] as number) / (this.#scales[j] as number);
    let t = 0;
    let q = 0;
    let rest = 0;
    let kept = 0;
    for (let k = 0; k < n; k++) {
      let p = 0;
      for (let j = 0, v = k; j < n; j++, v += n) p += (vectors[v] as number) * (scaled[j] as number);
      const value = this.#values[k] as number;
      if (this.#retained[k] === 1) {
        t += (p * p) / value;
        kept++;
      } else {
        q += p * p;
        rest += value;
      }
    }
    this.tSquared = kept > 0 ? t / kept : 0;
    this.spe = rest > 0 ? q / rest : 0;
  }

  /**
   * Puts into `vector` at each missing signal what the others let expect of it, so that a gap says nothing: the precision
   * matrix gives it, a few rounds where several are missing.
   */
  fillGaps(vector: Float64Array, missing: Uint8Array): void {
    const n = this.#n;
    const scale = (j: number) => this.#scales[j] as number;
    for (let j = 0; j < n; j++) if (missing[j] === 1) vector[j] = 0;
    for (let round = 0; round < 3; round++)
      for (let j = 0; j < n; j++) {
        if (missing[j] !== 1) continue;
        let sum = 0;
        for (let i = 0; i < n; i++)
          if (i !== j) sum += ((this.#precision[j * n + i] as number) * (vector[i] as number)) / scale(i);
        vector[j] = (-sum / (this.#precision[j * n + j] as number)) * scale(j);
      }
  }

  /**
   * What each signal adds to the whole distance, in components and outside: of signals that go together, the one that left
   * the others is told from them. Never negative.
   */
  contributions(vector: Float64Array, into: Float64Array): void {
    const n = this.#n;
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++)
        sum += ((this.#precision[j * n + i] as number) * (vector[i] as number)) / (this.#scales[i] as number);
      into[j] = Math.max(0, (sum * (vector[j] as number)) / (this.#scales[j] as number));
    }
  }

  /** The largest components until they explain enough. */
  #retain(): void {
    this.#retained.fill(0);
    let explained = 0;
    let total = 0;
    for (const value of this.#values) total += value;
    while (explained < this.#explained * total) {
      let best = -1;
      for (let k = 0; k < this.#n; k++)
        if (
          this.#retained[k] === 0 &&
          (best < 0 || (this.#values[k] as number) > (this.#values[best] as number))
        )
          best = k;
      if (best < 0) return;
      this.#retained[best] = 1;
      explained += this.#values[best] as number;
    }
  }
}
