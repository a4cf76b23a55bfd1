/** Judges the card classifier on cards it never saw, beside random kernels with linear ridge. */
import { type Backend, loadWasm } from '../../serving/backend.js';
import { loadCards, saveCards } from './cardArtifact.js';
import { cardClasses } from './cardClasses.js';
import { classifyCard, fitCards, type FittedCards, type Seen, seeCards } from './cardClassifier.js';
import { type CardMetrics, cardMetrics, type Judged, ranked } from './cardMetrics.js';
import { dealFolds } from './folds.js';
import type { HeadKind } from './kernelHead.js';
import { buildKernelNet } from './kernelNet.js';
import { readCardsFile } from './readCardsFile.js';
import { twinGroups, twinsOf } from './twinGroups.js';

/** Seed of the kernels: a net drawn with another would not fit the artifact. */
const netSeed = 7;

export type CardEvaluationOptions =
  | { readonly train: string; readonly test: string; readonly seed: number }
  | {
      readonly data: string;
      readonly folds: number;
      readonly seed: number;
      /** Cards dealt one by one, and judged only those without a twin among the ones learnt from: as cards to come will be. */
      readonly isolated?: boolean;
    }
  | { readonly model: string; readonly test: string };

export interface CardEvaluation extends CardMetrics {
  readonly cards: number;
  /** Without a class: told apart, not judged. */
  readonly unlabelled: number;
  /** Of p1, below which a card is 'unknown' and not covered: one a fit, so one a fold. */
  readonly thresholds: readonly number[];
  readonly baseline: CardMetrics | null;
  /** `row,class,top1,p1,top2,p2,top3,p3` below a header; top1 is the likeliest class, said or not. */
  readonly rows: readonly string[];
}

export async function evaluateCards(options: CardEvaluationOptions): Promise<CardEvaluation> {
  const backend = await loadWasm();
  if ('model' in options) {
    const { net, fitted } = await loadCards(backend, options.model);
    const seen = seeCards(backend, net, await readCardsFile(options.test));
    const judged = judge(fitted, seen);
    net.dispose();
    return evaluation(seen, judged, null, [fitted.threshold]);
  }
  const net = buildKernelNet(backend, netSeed);
  const see = async (path: string) => seeCards(backend, net, await readCardsFile(path));
  try {
    if ('train' in options) {
      const [taught, test] = [await see(options.train), await see(options.test)];
      const fit = (kind: HeadKind) => fitCards(taught, { seed: options.seed, kind });
      const fitted = fit('both');
      return evaluation(test, judge(fitted, test), judge(fit('linear-ridge'), test), [fitted.threshold]);
    }
    const seen = await see(options.data);
    const cards = seen.map(({ card }) => card);
    const { folds, seed, isolated = false } = options;
    const twins = twinsOf(cards);
    const foldOf = dealFolds(
      cards.map(({ label }) => label),
      isolated ? Int32Array.from(cards.keys()) : twinGroups(twins),
      { folds, seed },
    );
    const asked = (i: number) => twins[i]?.every((twin) => foldOf[twin] === foldOf[i]) === true;
    const thresholds: number[] = [];
    const by = (kind: HeadKind): Judged[] => {
      const judged: Judged[] = [];
      for (let fold = 0; fold < folds; fold++) {
        const fitted = fitCards(
          seen.filter((_, i) => foldOf[i] !== fold),
          { seed, kind },
        );
        if (kind === 'both') thresholds.push(fitted.threshold);
        const places = seen.flatMap((_, i) => (foldOf[i] === fold && asked(i) ? [i] : []));
        for (const [k, each] of judge(
          fitted,
          places.map((i) => seen[i] as Seen),
        ).entries())
          judged[places[k] as number] = each;
      }
      return judged;
    };
    const present = (_: unknown, i: number) => asked(i);
    const ours = by('both').filter(present);
    return evaluation(seen.filter(present), ours, by('linear-ridge').filter(present), thresholds);
  } finally {
    net.dispose();
  }
}

export async function trainCards(options: {
  readonly data: string;
  readonly folder: URL | string;
  readonly created: string;
  readonly seed: number;
  readonly backend?: Backend;
}): Promise<{ readonly version: string }> {
  const backend = options.backend ?? (await loadWasm());
  const net = buildKernelNet(backend, netSeed);
  const seen = seeCards(backend, net, await readCardsFile(options.data));
  const fitted = fitCards(seen, { seed: options.seed });
  return await saveCards(backend, net, fitted, {
    folder: options.folder,
    created: options.created,
    source: 'OilfieldData2d of the ShapeFormer repository (MIT), surface cards of 12 classes',
    metrics: { cards: seen.length },
  });
}

function judge(fitted: FittedCards, seen: readonly Seen[]): Judged[] {
  return seen.map((each) => ({ label: each.card.label, ...classifyCard(fitted, each) }));
}

function evaluation(
  seen: readonly Seen[],
  judged: readonly Judged[],
  baseline: readonly Judged[] | null,
  thresholds: readonly number[],
): CardEvaluation {
  const labelled = judged.filter(({ label }) => label >= 0);
  const rows = judged.map(({ probabilities }, i) => {
    const card = seen[i]?.card;
    const top = ranked(probabilities).slice(0, 3);
    const said = top.map((c) => `${cardClasses[c] ?? ''},${(probabilities[c] as number).toFixed(4)}`);
    return [card?.row ?? i, cardClasses[card?.label ?? -1] ?? '', ...said].join(',');
  });
  return {
    cards: labelled.length,
    unlabelled: judged.length - labelled.length,
    ...cardMetrics(labelled),
    thresholds,
    baseline: baseline === null ? null : cardMetrics(baseline.filter(({ label }) => label >= 0)),
    rows: ['row,class,top1,p1,top2,p2,top3,p3', ...rows],
  };
}
