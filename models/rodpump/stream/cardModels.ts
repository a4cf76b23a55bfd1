/** The classifiers of cards that a thread has loaded, and what the chosen ones say of a batch. */
import type { TenantRef } from '#schemas/records/wellRef.js';
import { loadWasm } from '../../serving/backend.js';
import { type ChoiceOptions, type ChosenModels, openChosenModels } from '../../serving/chosenModels.js';
import { type CardClassifier, type CardOpinion, openCardClassifier } from '../cards/openCardClassifier.js';
import { openPumpClassifier, type PumpClassifier } from '../downhole/openPumpClassifier.js';

export const surfaceCardsModel = {
  model: 'surface-cards',
  artifact: import.meta.resolve('#models/rodpump/cards/artifact'),
} as const;
export const pumpCardsModel = {
  model: 'pump-cards',
  artifact: import.meta.resolve('#models/rodpump/downhole/artifact'),
} as const;

/** Throws ARTIFACT_INVALID. */
export async function openSurfaceModels(options: ChoiceOptions = {}): Promise<ChosenModels<CardClassifier>> {
  const backend = await loadWasm();
  return await openChosenModels(surfaceCardsModel, options, {
    load: (folder) => openCardClassifier({ backend, folder }),
    dispose: (classifier) => classifier.dispose(),
  });
}

/** Throws ARTIFACT_INVALID. */
export async function openPumpModels(options: ChoiceOptions = {}): Promise<ChosenModels<PumpClassifier>> {
  const backend = await loadWasm();
  return await openChosenModels(pumpCardsModel, options, {
    load: (folder) => openPumpClassifier({ backend, folder }),
    dispose: (classifier) => classifier.dispose(),
  });
}

/** What a version of a classifier says of a card. */
export interface CardSaying {
  readonly opinion: CardOpinion;
  readonly model: string;
  readonly version: string;
}

/** Of the version that speaks for the card's tenant, and of those watched beside it. */
export interface CardSayings extends CardSaying {
  readonly shadows: readonly CardSaying[];
}

interface Classifier<Card> {
  readonly model: string;
  readonly version: string;
  readonly threshold: number;
  classify(cards: readonly Card[]): CardOpinion[];
}

/** In the order of `asked`; a null card gets an opinion without candidates. Each version sees its cards in one batch. */
export function sayingsOf<Card>(
  models: Pick<ChosenModels<Classifier<Card>>, 'active' | 'shadows'>,
  asked: readonly { readonly tenant: TenantRef; readonly card: Card | null }[],
): CardSayings[] {
  const batches = new Map<Classifier<Card>, Map<number, CardOpinion | undefined>>();
  const wanted = asked.map(({ tenant, card }, i) => {
    const speaks = models.active(tenant);
    const shadows = models.shadows(tenant);
    for (const one of [speaks, ...shadows]) {
      const batch = batches.get(one) ?? new Map<number, CardOpinion | undefined>();
      batches.set(one, batch);
      if (card !== null) batch.set(i, undefined);
    }
    return { speaks, shadows };
  });
  for (const [classifier, batch] of batches) {
    const places = [...batch.keys()];
    const opinions = classifier.classify(places.map((i) => asked[i]?.card as Card));
    for (const [nth, i] of places.entries()) batch.set(i, opinions[nth]);
  }
  const saying = (classifier: Classifier<Card>, i: number): CardSaying => {
    const { model, version, threshold } = classifier;
    const opinion = batches.get(classifier)?.get(i) ?? { top: [], known: false, threshold };
    return { opinion, model, version };
  };
  return wanted.map(({ speaks, shadows }, i) => ({
    ...saying(speaks, i),
    shadows: shadows.map((shadow) => saying(shadow, i)),
  }));
}
