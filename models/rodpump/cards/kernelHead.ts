/** The head over the net's features: two fits over the cards that taught, both by likeness of shape and of the well. */
import { cholesky, solve } from './cholesky.js';
import { softmax } from './softmax.js';

export interface HeadCard {
  /** Of the net, standardised. */
  readonly features: Float32Array;
  readonly absolute: readonly number[];
}

export interface KernelHead {
  readonly supports: readonly HeadCard[];
  readonly classes: number;
  /** A weight a support and class, row-major: of the ridge and of the logistic fit. Either may be left out (empty). */
  readonly ridge: Float64Array;
  readonly logistic: Float64Array;
}

/** What is fitted: both, or the published baseline alone. */
export type HeadKind = 'both' | 'linear-ridge';

/**
 * How two cards are likened, chosen on shared cards (card.md). It belongs to what is fitted: its hash is in the manifest, so
 * that no head is read with another likeness. The widths of a well are .4 m of stroke, 1.8 kN of least and 2 kN of greatest
 * load, as shares of the figures of `cardInput.ts`: cards that near are mostly of one well, and a well's cards fail alike.
 */
export const likenessSpec = {
  shapeWidth: 2.5,
  wellWidths: [0.4 / 3, 1.8 / 25, 2 / 40],
  wellWeightRadial: 0.25,
  wellWeightLinear: 1,
} as const;

const ridgeWeight = 0.05;
/** Of the published baseline. */
const linearRidgeWeight = 0.1;
const logisticWeight = 0.11;
const logisticRounds = 120;
/** Scores of the ridge lie within ± 1, those of the logistic fit are logarithms: so much of the one is worth one of the other. */
const ridgeSharpness = 6;

interface Likeness {
  /** Of shape; more where the well is like too. */
  radial: number;
  /** Mean product of features; more where the well is like too. */
  linear: number;
  /** Mean product alone. */
  product: number;
}

function likeness(a: HeadCard, b: HeadCard, out: Likeness): void {
  const { shapeWidth, wellWidths, wellWeightRadial, wellWeightLinear } = likenessSpec;
  const n = a.features.length;
  let product = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const p = a.features[i] as number;
    const q = b.features[i] as number;
    product += p * q;
    squares += (p - q) * (p - q);
  }
  let apart = 0;
  for (const [i, width] of wellWidths.entries())
    apart += (((a.absolute[i] ?? 0) - (b.absolute[i] ?? 0)) / width) ** 2;
  const well = Math.exp(-apart);
  out.radial = Math.exp(-squares / n / shapeWidth) * (1 + wellWeightRadial * well);
  out.linear = (product / n) * (1 + wellWeightLinear * well);
  out.product = product / n;
}

/** `weights` of cards (1 usual, less where a card has many twins). */
export function fitHead(
  cards: readonly HeadCard[],
  labels: readonly number[],
  weights: readonly number[],
  classes: number,
  kind: HeadKind = 'both',
): KernelHead {
  const n = cards.length;
  const radial = new Float64Array(n * n);
  const linear = new Float64Array(n * n);
  const pair: Likeness = { radial: 0, linear: 0, product: 0 };
  for (const [i, card] of cards.entries())
    for (const [j, other] of cards.entries()) {
      if (j > i) break;
      likeness(card, other, pair);
      radial[i * n + j] = pair.radial;
      const product = kind === 'both' ? pair.linear : pair.product;
      linear[i * n + j] = product;
      linear[j * n + i] = product;
    }
  const kept = { supports: cards, classes };
  return kind === 'both'
    ? {
        ...kept,
        ridge: fitRidge(radial, ridgeWeight, labels, weights, classes),
        logistic: fitLogistic(linear, labels, weights, classes),
      }
    : {
        ...kept,
        ridge: new Float64Array(0),
        logistic: fitRidge(linear, linearRidgeWeight, labels, weights, classes),
      };
}

/** In place: the Cholesky factor of the kernel plus `ridge` on its diagonal, less where a card weighs more. */
function factor(kernel: Float64Array, ridge: number, weights: readonly number[], n: number): void {
  for (let i = 0; i < n; i++) kernel[i * n + i] = (kernel[i * n + i] as number) + ridge / (weights[i] ?? 1);
  cholesky(kernel, n);
}

function fitRidge(
  kernel: Float64Array,
  ridge: number,
  labels: readonly number[],
  weights: readonly number[],
  classes: number,
): Float64Array {
  const n = labels.length;
  factor(kernel, ridge, weights, n);
  const alpha = new Float64Array(n * classes);
  const y = new Float64Array(n);
  for (let c = 0; c < classes; c++) {
    for (let i = 0; i < n; i++) y[i] = labels[i] === c ? 1 : -1 / (classes - 1);
    solve(kernel, n, y);
    for (let i = 0; i < n; i++) alpha[i * classes + c] = y[i] as number;
  }
  return alpha;
}

/**
 * Multinomial, by majorisation: the curvature of the log loss is at most ½, so each round is a ridge fit to
 * scores − 2 (probabilities − truth) with one matrix for all rounds (Böhning 1992).
 */
function fitLogistic(
  kernel: Float64Array,
  labels: readonly number[],
  weights: readonly number[],
  classes: number,
): Float64Array {
  const n = labels.length;
  const lower = kernel.slice();
  factor(lower, 2 * logisticWeight, weights, n);
  const alpha = new Float64Array(n * classes);
  const scores = new Float64Array(n * classes);
  const y = new Float64Array(n);
  for (let round = 0; round < logisticRounds; round++) {
    const wanted = scores.slice();
    for (let i = 0; i < n; i++) {
      const p = softmax(scores.subarray(i * classes, (i + 1) * classes));
      for (let c = 0; c < classes; c++)
        wanted[i * classes + c] =
          (wanted[i * classes + c] as number) - 2 * ((p[c] as number) - (labels[i] === c ? 1 : 0));
    }
    for (let c = 0; c < classes; c++) {
      for (let i = 0; i < n; i++) y[i] = wanted[i * classes + c] as number;
      solve(lower, n, y);
      for (let i = 0; i < n; i++) {
        alpha[i * classes + c] = y[i] as number;
        // K α = wanted − 2 λ ÷ w α: no product with the kernel is needed.
        scores[i * classes + c] =
          (wanted[i * classes + c] as number) - ((2 * logisticWeight) / (weights[i] ?? 1)) * (y[i] as number);
      }
    }
  }
  return alpha;
}

/** A logarithm of probability a class, not normed. */
export function scoreCard(head: KernelHead, card: HeadCard): Float64Array {
  const { supports, ridge, logistic, classes } = head;
  const byRidge = new Float64Array(classes);
  const byLogistic = new Float64Array(classes);
  const pair: Likeness = { radial: 0, linear: 0, product: 0 };
  const isBoth = ridge.length > 0;
  for (const [i, support] of supports.entries()) {
    likeness(card, support, pair);
    const product = isBoth ? pair.linear : pair.product;
    for (let c = 0; c < classes; c++) {
      byRidge[c] = (byRidge[c] as number) + pair.radial * (ridge[i * classes + c] ?? 0);
      byLogistic[c] = (byLogistic[c] as number) + product * (logistic[i * classes + c] ?? 0);
    }
  }
  // The ridge alone has no scale of its own; with the logistic fit both are averaged as logarithms.
  if (!isBoth) return byLogistic;
  const [p, q] = [softmax(byRidge, ridgeSharpness), softmax(byLogistic)];
  return p.map((value, c) => (Math.log(value + least) + Math.log((q[c] as number) + least)) / 2);
}

/** Mean square between the card's features and those of the card nearest in shape of all that taught. */
export function shapeApart({ supports }: KernelHead, { features }: HeadCard): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const support of supports) {
    let squares = 0;
    for (let i = 0; i < features.length; i++)
      squares += ((features[i] as number) - (support.features[i] as number)) ** 2;
    nearest = Math.min(nearest, squares / features.length);
  }
  return nearest;
}

/** Below it a probability is not told from none. */
const least = 1e-4;
