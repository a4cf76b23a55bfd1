/** Judges the card classifier on cards it never saw, beside random kernels with linear ridge. */
import { BalancinError } from '#schemas/errors.js';
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
  readonly baseline: CardMetrics | null;
  /** `row,class,top1,p1,top2,p2,top3,p3` below a header; top1 is `unknown` below the threshold. */
  readonly rows: readonly string[];
}

export async function evaluateCards(options: CardEvaluationOptions): Promise<CardEvaluation> {
  const backend = await loadWasm();
  if ('model' in options) {
    const { net, fitted } = await loadCards(backend, options.model);
    const seen = seeCards(backend, net, await readCardsFile(options.test));
    const judged = judge(fitted, seen);
    net.dispose();
    return evaluation(seen, judged, null);
  }
  const net = buildKernelNet(backend, netSeed);
  const see = async (path: string) => seeCards(backend, net, await readCardsFile(path));
  try {
    if ('train' in options) {
      const [taught, test] = [await see(options.train), await see(options.test)];
      const by = (kind: HeadKind) => judge(fitCards(taught, { seed: options.seed, kind }), test);
      return evaluation(test, by('both'), by('linear-ridge'));
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
    const by = (kind: HeadKind): Judged[] => {
      const judged: Judged[] = [];
      for (let fold = 0; fold < folds; fold++) {
        const fitted = fitCards(
          seen.filter((_, i) => foldOf[i] !== fold),
          { seed, kind },
        );
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
    return evaluation(seen.filter(present), by('both').filter(present), by('linear-ridge').filter(present));
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
): CardEvaluation {
  const labelled = judged.filter(({ label }) => label >= 0);
  if (labelled.length === 0) throw new BalancinError('DATA_INVALID', 'no card to judge has a class');
  const rows = judged.map(({ probabilities, known }, i) => {
    const card = seen[i]?.card;
    const top = ranked(probabilities).slice(0, 3);
    const said = top.map(
      (c, k) =>
        `${k === 0 && !known ? 'unknown' : (cardClasses[c] ?? '')},${(probabilities[c] as number).toFixed(4)}`,
    );
    return [card?.row ?? i, cardClasses[card?.label ?? -1] ?? '', ...said].join(',');
  });
  return {
    cards: labelled.length,
    ...cardMetrics(labelled),
    baseline: baseline === null ? null : cardMetrics(baseline.filter(({ label }) => label >= 0)),
    rows: ['row,class,top1,p1,top2,p2,top3,p3', ...rows],
  };
}
