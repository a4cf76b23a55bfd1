/** The classifier of surface cards: the net's features, the head over them, probabilities that mean what they say. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Backend } from '../../serving/backend.js';
import { cardClasses } from './cardClasses.js';
import { type CardInput, cardInput } from './cardInput.js';
import { dealFolds } from './folds.js';
import {
  fitHead,
  type HeadCard,
  type HeadKind,
  type KernelHead,
  scoreCard,
  shapeApart,
} from './kernelHead.js';
import { featuresOf } from './kernelNet.js';
import type { CardCurve, LabelledCard } from './readCardsFile.js';
import { softmax } from './softmax.js';
import { bestSharpness, type Outside, thresholdOf } from './sureness.js';
import { twinGroups, twinsOf } from './twinGroups.js';

export interface FittedCards {
  readonly mean: Float32Array;
  readonly spread: Float32Array;
  readonly head: KernelHead;
  /** Scores × this go into the softmax. */
  readonly sharpness: number;
  /** Least first probability of what is said; below it a card is unknown. */
  readonly threshold: number;
}

/** A card as the net saw it. */
export interface Seen<Card extends CardCurve = LabelledCard> {
  readonly card: Card;
  /** Both null where the curve is no card. */
  readonly input: CardInput | null;
  readonly features: Float32Array | null;
}

const classes = cardClasses.length;
const innerFolds = 5;
/** Accuracy that the threshold must reach on training cards the head had not seen. */
const accuracyWanted = 0.9;

/** Cards with the net's features; null where the card is none. */
export function seeCards<Card extends CardCurve>(
  backend: Backend,
  net: LayersModel,
  cards: readonly Card[],
): Seen<Card>[] {
  const inputs = cards.map((card) => cardInput(card.positionM, card.loadKn));
  const rows = featuresOf(
    backend,
    net,
    inputs.filter((input) => input !== null),
  );
  let at = 0;
  return cards.map((card, i) => {
    const input = inputs[i] ?? null;
    return { card, input, features: input === null ? null : (rows[at++] ?? null) };
  });
}

/**
 * Sharpness and threshold come from folds inside the cards given, each judged on cards without a twin among those it learnt
 * from, as cards to come will be: no other card is looked at.
 */
export function fitCards(
  given: readonly Seen[],
  { seed, kind = 'both' }: { readonly seed: number; readonly kind?: HeadKind },
): FittedCards {
  const seen = given.filter(({ input, card }) => input !== null && card.label >= 0);
  const twins = twinsOf(seen.map(({ card }) => card));
  const groups = twinGroups(twins);
  const foldOf = dealFolds(
    seen.map(({ card }) => card.label),
    Int32Array.from(seen.keys()),
    { folds: innerFolds, seed: seed + 1 },
  );
  const outside: Outside[] = [];
  for (let fold = 0; fold < innerFolds; fold++) {
    const learnt = (i: number) => foldOf[i] !== fold;
    const inner = fitOnce(
      seen.filter((_, i) => learnt(i)),
      groups.filter((_, i) => learnt(i)),
      kind,
    );
    for (const [i, each] of seen.entries())
      if (!learnt(i) && twins[i]?.some(learnt) !== true)
        outside.push({ scores: scoresOf(inner, each), label: each.card.label });
  }
  const sharpness = bestSharpness(outside);
  const threshold = thresholdOf(outside, { sharpness, accuracyWanted });
  return { ...fitOnce(seen, groups, kind), sharpness, threshold };
}

type Uncalibrated = Pick<FittedCards, 'mean' | 'spread' | 'head'>;

function fitOnce(seen: readonly Seen[], groups: Int32Array, kind: HeadKind): Uncalibrated {
  const width = seen[0]?.features?.length ?? 0;
  const mean = new Float32Array(width);
  const spread = new Float32Array(width);
  for (const { features } of seen)
    for (let i = 0; i < width; i++) mean[i] = (mean[i] as number) + (features?.[i] ?? 0) / seen.length;
  for (const { features } of seen)
    for (let i = 0; i < width; i++)
      spread[i] = (spread[i] as number) + ((features?.[i] ?? 0) - (mean[i] as number)) ** 2 / seen.length;
  for (let i = 0; i < width; i++) spread[i] = Math.sqrt(spread[i] as number) + 1e-3;
  const size = new Map<number, number>();
  for (const group of groups) size.set(group, (size.get(group) ?? 0) + 1);
  const weights = Array.from(groups, (group) => 1 / Math.sqrt(size.get(group) ?? 1));
  const head = fitHead(
    seen.map((each) => headCard({ mean, spread }, each)),
    seen.map(({ card }) => card.label),
    weights,
    classes,
    kind,
  );
  return { mean, spread, head };
}

/** Features beyond ± so many spreads say no more. */
const clip = 4;

function headCard(
  { mean, spread }: Pick<FittedCards, 'mean' | 'spread'>,
  { features, input }: Seen<CardCurve>,
): HeadCard {
  return {
    features: mean.map((m, i) =>
      Math.max(-clip, Math.min(clip, ((features?.[i] ?? m) - m) / (spread[i] as number))),
    ),
    absolute: input?.absolute ?? [],
  };
}

function scoresOf(fitted: Uncalibrated, seen: Seen<CardCurve>): Float64Array {
  return scoreCard(fitted.head, headCard(fitted, seen));
}

/**
 * Farther in shape from every card that taught than 39 of 40 of those are from the nearest that is no twin of theirs (median .2,
 * 95 % .66, 99 % 1.42): a card of another kind of unit or made by an equation, of which the head knows nothing, however sure.
 */
const shapeApartMax = 1;

/** A probability a class; all equal for what is no card. Not known: too unsure, or too unlike all that taught. */
export function classifyCard(
  fitted: FittedCards,
  seen: Seen<CardCurve>,
): { readonly probabilities: Float64Array; readonly known: boolean } {
  if (seen.input === null)
    return { probabilities: new Float64Array(classes).fill(1 / classes), known: false };
  const card = headCard(fitted, seen);
  const probabilities = softmax(scoreCard(fitted.head, card), fitted.sharpness);
  const isSure = Math.max(...probabilities) >= fitted.threshold;
  return { probabilities, known: isSure && shapeApart(fitted.head, card) <= shapeApartMax };
}
