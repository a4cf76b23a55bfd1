/** The head: ridge regression with a kernel, over the features of the cards that taught. */

export interface HeadCard {
  /** Of the net, standardised. */
  readonly features: Float32Array;
  readonly absolute: readonly number[];
}

export interface KernelHead {
  readonly supports: readonly HeadCard[];
  /** A weight a support and class, row-major. */
  readonly alpha: Float64Array;
  readonly classes: number;
  readonly kernel: Kernel;
}

export type Kernel = 'radial' | 'linear';

/** Chosen on training cards alone: widths in mean squared differences, ridge, and how much a card of like size and load adds. */
const ridge = 0.1;
const shapeWidth = 2;
const absoluteWidth = 0.05;
const absoluteWeight = 0.5;

/** Likeness of shape; more where stroke and loads are like too, for a well's neighbours fail alike. */
function likeness(kernel: Kernel, a: HeadCard, b: HeadCard): number {
  const n = a.features.length;
  let sum = 0;
  if (kernel === 'linear') {
    for (let i = 0; i < n; i++) sum += (a.features[i] as number) * (b.features[i] as number);
    return sum / n;
  }
  for (let i = 0; i < n; i++) {
    const d = (a.features[i] as number) - (b.features[i] as number);
    sum += d * d;
  }
  const shape = Math.exp(-sum / n / shapeWidth);
  let apart = 0;
  for (const [i, value] of a.absolute.entries()) apart += (value - (b.absolute[i] ?? 0)) ** 2;
  return shape * (1 + absoluteWeight * Math.exp(-apart / a.absolute.length / absoluteWidth));
}

/** `weights` of cards (1 usual, less where a card has many twins). */
export function fitHead(
  cards: readonly HeadCard[],
  labels: readonly number[],
  weights: readonly number[],
  classes: number,
  kernel: Kernel = 'radial',
): KernelHead {
  const n = cards.length;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const card = cards[i];
      const other = cards[j];
      if (card !== undefined && other !== undefined)
        lower[i * n + j] = likeness(kernel, card, other) + (i === j ? ridge / (weights[i] ?? 1) : 0);
    }
  cholesky(lower, n);
  const alpha = new Float64Array(n * classes);
  const y = new Float64Array(n);
  for (let c = 0; c < classes; c++) {
    for (let i = 0; i < n; i++) y[i] = labels[i] === c ? 1 : -1 / (classes - 1);
    solve(lower, n, y);
    for (let i = 0; i < n; i++) alpha[i * classes + c] = y[i] as number;
  }
  return { supports: cards, alpha, classes, kernel };
}

/** A score a class. */
export function scoreCard({ supports, alpha, classes, kernel }: KernelHead, card: HeadCard): Float64Array {
  const scores = new Float64Array(classes);
  for (const [i, support] of supports.entries()) {
    const k = likeness(kernel, card, support);
    for (let c = 0; c < classes; c++)
      scores[c] = (scores[c] as number) + k * (alpha[i * classes + c] as number);
  }
  return scores;
}

/** In place, of a positive definite matrix given by its lower half. */
function cholesky(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[i * n + k] as number) * (a[j * n + k] as number);
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-9)) : sum / (a[j * n + j] as number);
    }
}

function solve(l: Float64Array, n: number, y: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = y[i] as number;
    for (let k = 0; k < i; k++) sum -= (l[i * n + k] as number) * (y[k] as number);
    y[i] = sum / (l[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = y[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (l[k * n + i] as number) * (y[k] as number);
    y[i] = sum / (l[i * n + i] as number);
  }
}
