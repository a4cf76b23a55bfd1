/** A shipped classifier of cards, ready to say three candidates of each card it is given. */
import { type Backend, loadWasm } from '../../serving/backend.js';
import { loadCards } from './cardArtifact.js';
import { classifyCard, type FittedCards, seeCards } from './cardClassifier.js';
import { cardClasses } from './cardClasses.js';
import { ranked } from './cardMetrics.js';
import type { CardCurve } from './readCardsFile.js';

export interface CardOpinion {
  /** Three likeliest conditions, likeliest first; empty where the curve is no card. */
  readonly top: readonly { readonly name: string; readonly p: number }[];
  /** Whether the first is sure enough to be said: it reaches `threshold`. */
  readonly known: boolean;
  readonly threshold: number;
}

export interface CardClassifier {
  readonly model: string;
  readonly version: string;
  /** Least probability of what is said. */
  readonly threshold: number;
  /** In batches of about 64 it is fastest. */
  classify(cards: readonly CardCurve[]): CardOpinion[];
  dispose(): void;
}

const candidates = 3;

/** WASM and the shipped artifact by default. Throws ARTIFACT_INVALID. */
export async function openCardClassifier(
  options: {
    readonly backend?: Backend;
    readonly folder?: URL | string;
    readonly classes?: readonly string[];
  } = {},
): Promise<CardClassifier> {
  const backend = options.backend ?? (await loadWasm());
  const classes = options.classes ?? cardClasses;
  const folder = options.folder ?? import.meta.resolve('#models/rodpump/cards/artifact');
  const { manifest, net, fitted } = await loadCards(backend, folder);
  return {
    model: manifest.model,
    version: manifest.version,
    threshold: fitted.threshold,
    classify: (cards) => seeCards(backend, net, cards).map((seen) => opinionOf(fitted, seen, classes)),
    dispose: () => net.dispose(),
  };
}

function opinionOf(
  fitted: FittedCards,
  seen: Parameters<typeof classifyCard>[1],
  classes: readonly string[],
): CardOpinion {
  if (seen.input === null) return { top: [], known: false, threshold: fitted.threshold };
  const { probabilities, known } = classifyCard(fitted, seen);
  const top = ranked(probabilities)
    .slice(0, candidates)
    .map((c) => ({ name: classes[c] ?? '', p: probabilities[c] as number }));
  return { top, known, threshold: fitted.threshold };
}
