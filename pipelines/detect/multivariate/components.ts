/** Principal components of a covariance: Hotelling's T² in them, the squared prediction error outside. */
import { symmetricEigen } from './symmetricEigen.js';

/** Destroyed by every refresh, and valid during one call: all share them. */
let matrix = new Float64Array(0);
let eigenvectors = new Float64Array(0);
let scaled = new Float64Array(0);

export class Components {
  /** Of the last vector scored; both are about 1 in the mean over what taught. */
  tSquared = 0;
  spe = 0;
  readonly #n: number;
  readonly #explained: number;
  readonly #ridge: number;
  /**
   * All in one array, so that a row finds it in few places of memory: variance along each component, 1 where it is retained,
   * scale of each signal, the components (a row a signal), the inverse of the correlation matrix.
   */
  readonly #numbers: Float64Array;
  readonly #retained: number;
  readonly #scales: number;
  readonly #vectors: number;
  readonly #precision: number;

  constructor(n: number, { explained, ridge }: { readonly explained: number; readonly ridge: number }) {
    this.#n = n;
    this.#explained = explained;
    this.#ridge = ridge;
    if (scaled.length < n) {
      matrix = new Float64Array(n * n);
      eigenvectors = new Float64Array(n * n);
      scaled = new Float64Array(n);
    }
    this.#retained = n;
    this.#scales = 2 * n;
    this.#vectors = 3 * n;
    this.#precision = this.#vectors + n * n;
    this.#numbers = new Float64Array(this.#precision + n * n);
    this.#numbers.fill(1, this.#scales, this.#vectors);
  }

  /** `sums[at …]` is the lower triangle of products over `rows`; `added` variance a signal, `floor` the least of one. */
  refresh(
    sums: Float64Array | Float32Array,
    at: number,
    rows: number,
    added: (signal: number) => number,
    floor: (signal: number) => number,
  ): void {
    const n = this.#n;
    const numbers = this.#numbers;
    const scales = this.#scales;
    const element = (i: number, j: number) => (sums[at + (i * (i + 1)) / 2 + j] as number) / rows;
    for (let i = 0; i < n; i++) numbers[scales + i] = Math.sqrt(element(i, i) + added(i) + floor(i)) || 1;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const r =
          ((1 - this.#ridge) * element(i, j)) /
          ((numbers[scales + i] as number) * (numbers[scales + j] as number));
        matrix[i * n + j] = r;
        matrix[j * n + i] = r;
      }
      matrix[i * n + i] = 1;
    }
    symmetricEigen(matrix, eigenvectors, n);
    for (let k = 0; k < n; k++) numbers[k] = Math.max(1e-6, matrix[k * n + k] as number);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++)
          sum +=
            ((eigenvectors[i * n + k] as number) * (eigenvectors[j * n + k] as number)) /
            (numbers[k] as number);
        numbers[this.#precision + i * n + j] = sum;
        numbers[this.#vectors + i * n + j] = eigenvectors[i * n + j] as number;
      }
    this.#retain();
  }

  /** `vector` is the distance from the level, in the signals' units. */
  score(vector: Float64Array): void {
    const n = this.#n;
    const numbers = this.#numbers;
    for (let j = 0; j < n; j++) scaled[j] = (vector[j] as number) / (numbers[this.#scales + j] as number);
    let t = 0;
    let q = 0;
    let rest = 0;
    let kept = 0;
    for (let k = 0; k < n; k++) {
      let p = 0;
      for (let j = 0, v = this.#vectors + k; j < n; j++, v += n)
        p += (numbers[v] as number) * (scaled[j] as number);
      const value = numbers[k] as number;
      if (numbers[this.#retained + k] === 1) {
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
    const numbers = this.#numbers;
    const scale = (j: number) => numbers[this.#scales + j] as number;
    let gaps = 0;
    for (let j = 0; j < n; j++)
      if (missing[j] === 1) {
        vector[j] = 0;
        gaps++;
      }
    if (gaps === 0) return;
    for (let round = 0; round < 3; round++)
      for (let j = 0; j < n; j++) {
        if (missing[j] !== 1) continue;
        let sum = 0;
        for (let i = 0; i < n; i++)
          if (i !== j)
            sum += ((numbers[this.#precision + j * n + i] as number) * (vector[i] as number)) / scale(i);
        vector[j] = (-sum / (numbers[this.#precision + j * n + j] as number)) * scale(j);
      }
  }

  /**
   * What each signal adds to the whole distance, in components and outside: of signals that go together, the one that left
   * the others is told from them. Never negative.
   */
  contributions(vector: Float64Array, into: Float64Array): void {
    const n = this.#n;
    const numbers = this.#numbers;
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++)
        sum +=
          ((numbers[this.#precision + j * n + i] as number) * (vector[i] as number)) /
          (numbers[this.#scales + i] as number);
      into[j] = Math.max(0, (sum * (vector[j] as number)) / (numbers[this.#scales + j] as number));
    }
  }

  /** The largest components until they explain enough. */
  #retain(): void {
    const n = this.#n;
    const numbers = this.#numbers;
    const retained = this.#retained;
    numbers.fill(0, retained, retained + n);
    let explained = 0;
    let total = 0;
    for (let k = 0; k < n; k++) total += numbers[k] as number;
    while (explained < this.#explained * total) {
      let best = -1;
      for (let k = 0; k < n; k++)
        if (numbers[retained + k] === 0 && (best < 0 || (numbers[k] as number) > (numbers[best] as number)))
          best = k;
      if (best < 0) return;
      numbers[retained + best] = 1;
      explained += numbers[best] as number;
    }
  }
}
