/** Cards in, cards with an opinion out: cards of many wells gathered into batches of the size the net is fastest at. */
import type { PumpCard } from '#schemas/records/pumpCard.js';
import type { Score } from '#schemas/records/score.js';
import type { CycleClock, Emit, Operator } from '#pipelines/operator.js';
import { isFault } from '../cards/cardClasses.js';
import type { CardClassifier, CardOpinion } from '../cards/openCardClassifier.js';
import type { CardCurve } from '../cards/readCardsFile.js';
import { repairCard } from '../pump/cardRepair.js';

export interface JudgedCard {
  readonly card: PumpCard;
  /** Null where the card gets none: it is of the pump, or the tenant's plan has no machine learning. */
  readonly opinion: CardOpinion | null;
  readonly model: string;
  readonly version: string;
}

const batchCards = 64;

/**
 * A full batch is judged at once, the rest at the end of the cycle: nothing waits from one cycle to the next, so there is no
 * state. Cards stay in their order. The classifier stays its maker's: tasks of one thread share it.
 */
export function createCardScoreOperator(classifier: CardClassifier): Operator<PumpCard, JudgedCard> {
  const waiting: PumpCard[] = [];
  const { model, version } = classifier;
  const wanted = ({ place, well }: PumpCard) => place === 'surface' && well.tenant.machineLearning;

  const flush = (emit: Emit<JudgedCard>): void => {
    if (waiting.length === 0) return;
    const mended = waiting.map((card) => (wanted(card) ? wholeStroke(card) : null));
    const opinions = classifier.classify(mended.filter((curve) => curve !== null));
    const none = { top: [], known: false, threshold: classifier.threshold };
    let next = 0;
    for (const [i, card] of waiting.entries()) {
      const opinion = mended[i] === null ? none : (opinions[next++] ?? none);
      emit({ card, opinion: wanted(card) ? opinion : null, model, version });
    }
    waiting.length = 0;
  };

  return {
    name: `score:${model}`,
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

/**
 * `value` is the probability of the likeliest condition where that is a fault, else 0: at or above `threshold` a fault is
 * said. The three candidates stand in `contributions`. Null for a curve that is no card, and where there is no opinion.
 */
export function cardScore({ card, opinion, model, version }: JudgedCard): Score | null {
  const first = opinion?.top[0];
  if (opinion === null || first === undefined) return null;
  return {
    well: card.well,
    lane: card.lane,
    model,
    version,
    atMs: card.takenAtMs,
    value: isFault(first.name) ? first.p : 0,
    threshold: opinion.threshold,
    coverage: 1,
    contributions: opinion.top.map(({ name, p }) => ({ tag: name, share: p })),
  };
}
