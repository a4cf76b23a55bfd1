/** Cards in, cards with an opinion out: cards of many wells gathered into batches of the size the net is fastest at. */
import type { PumpCard } from '#schemas/records/pumpCard.js';
import type { Score } from '#schemas/records/score.js';
import type { CycleClock, Emit, Operator } from '#pipelines/operator.js';
import type { ChosenModels } from '../../serving/chosenModels.js';
import { isFault } from '../cards/cardClasses.js';
import type { CardClassifier } from '../cards/openCardClassifier.js';
import type { CardCurve } from '../cards/readCardsFile.js';
import { repairCard } from '../pump/cardRepair.js';
import { type CardSaying, type CardSayings, sayingsOf } from './cardModels.js';

export interface JudgedCard {
  readonly card: PumpCard;
  /** Null where the card gets no opinion: it is of the pump, or the tenant's plan has no machine learning. */
  readonly surface: CardSayings | null;
}

const batchCards = 64;

/**
 * A full batch is judged at once, the rest at the end of the cycle: nothing waits from one cycle to the next, so there is no
 * state. Cards stay in their order. The classifiers stay their maker's: tasks of one thread share them.
 */
export function createCardScoreOperator(
  models: Pick<ChosenModels<CardClassifier>, 'active' | 'shadows'>,
): Operator<PumpCard, JudgedCard> {
  const waiting: PumpCard[] = [];

  const flush = (emit: Emit<JudgedCard>): void => {
    const wanted = waiting.filter(({ place, well }) => place === 'surface' && well.tenant.machineLearning);
    const sayings = sayingsOf(
      models,
      wanted.map((card) => ({ tenant: card.well.tenant, card: wholeStroke(card) })),
    );
    let next = 0;
    for (const card of waiting)
      emit({ card, surface: card === wanted[next] ? (sayings[next++] ?? null) : null });
    waiting.length = 0;
  };

  return {
    name: 'score:surface-cards',
    process(card, emit) {
      waiting.push(card);
      if (waiting.length === batchCards) flush(emit);
    },
    endCycle(_clock: CycleClock, emit) {
      flush(emit);
    },
  };
}

/** As `balancin card` judges it: turned round where it runs backwards; null where it shows no whole stroke in its units. */
function wholeStroke(card: PumpCard): CardCurve | null {
  const repaired = repairCard(card);
  return repaired.ok && repaired.shapeProblem === null ? repaired : null;
}

/** Of surface cards, by the version that speaks and by those watched beside it. */
export function cardScores({ card, surface }: JudgedCard): Score[] {
  return scoresOf(card, surface, isFault);
}

/**
 * `value` is the probability of the likeliest condition where that is a fault, else 0: at or above `threshold` a fault is
 * said. The three candidates stand in `contributions`. None for a curve that is no card, and where there is no opinion.
 */
export function scoresOf(
  { well, lane, takenAtMs: atMs }: PumpCard,
  sayings: CardSayings | null,
  isFaulty: (condition: string) => boolean,
): Score[] {
  const scoreOf = ({ opinion, model, version }: CardSaying, shadow: boolean): Score[] => {
    const [first] = opinion.top;
    if (first === undefined) return [];
    return [
      {
        well,
        lane,
        model,
        version,
        shadow,
        atMs,
        value: isFaulty(first.name) ? first.p : 0,
        threshold: opinion.threshold,
        coverage: 1,
        contributions: opinion.top.map(({ name, p }) => ({ tag: name, share: p })),
      },
    ];
  };
  if (sayings === null) return [];
  return [scoreOf(sayings, false), ...sayings.shadows.map((one) => scoreOf(one, true))].flat();
}
