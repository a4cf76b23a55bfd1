/** Judges the classifier of downhole cards on simulated wells that it never saw, of its own setting and of another. */
import { macroF1 } from '../cards/cardMetrics.js';
import { cheapFigures, nearestLabels } from './cheapFigures.js';
import { downholeModes } from './downholeModes.js';
import { openPumpClassifier } from './openPumpClassifier.js';
import { type StrokeSettingName, strokeSettings } from './randomStroke.js';
import { simulatedCards } from './simulatedCards.js';

export interface PumpCardFigures {
  readonly setting: StrokeSettingName;
  readonly cards: number;
  readonly macroF1: number;
  readonly accuracy: number;
  readonly top2: number;
  /** Share of cards of which something is said, and how often that is right. */
  readonly coverage: number;
  readonly accuracyAtCoverage: number;
  /** F1 of each mode. */
  readonly f1: Readonly<Record<string, number>>;
  /** Macro-F1 of the five nearest cards by cheap figures. */
  readonly baselineMacroF1: number;
}

export interface PumpCardEvaluationOptions {
  readonly model?: string;
  /** Wells drawn of each setting. */
  readonly cards: number;
  readonly seed: number;
}

/** Far from the seeds of training. */
const judgedSeed = 900_000;
/** Cards that the baseline knows. */
const baselineCards = 1100;

/** Figures of each setting; all of them of simulated wells. */
export async function evaluatePumpCards(options: PumpCardEvaluationOptions): Promise<PumpCardFigures[]> {
  const classifier = await openPumpClassifier(options.model === undefined ? {} : { folder: options.model });
  const known = simulatedCards('usual', Math.min(baselineCards, 2 * options.cards), judgedSeed - 1).map(
    ({ card, label }) => ({ figures: cheapFigures(card), label }),
  );
  const classes = downholeModes.length;
  const figures = (Object.keys(strokeSettings) as StrokeSettingName[]).map((setting, i) => {
    const judged = simulatedCards(setting, options.cards, judgedSeed + 2 * options.seed + i);
    const truth = judged.map(({ label }) => label);
    const opinions = classifier.classify(judged.map(({ card }) => card));
    const nth = (k: number) =>
      opinions.map(({ top }) => (downholeModes as readonly string[]).indexOf(top[k]?.name ?? ''));
    const [first, second] = [nth(0), nth(1)];
    const share = (right: (i: number) => boolean, of = truth.map((_, i) => i)) =>
      of.filter(right).length / Math.max(1, of.length);
    const said = opinions.flatMap(({ known }, i) => (known ? [i] : []));
    const baseline = nearestLabels(
      known,
      judged.map(({ card }) => cheapFigures(card)),
      classes,
    );
    return {
      setting,
      cards: judged.length,
      macroF1: macroF1(first, truth, classes),
      accuracy: share((i) => first[i] === truth[i]),
      top2: share((i) => first[i] === truth[i] || second[i] === truth[i]),
      coverage: said.length / judged.length,
      accuracyAtCoverage: share((i) => first[i] === truth[i], said),
      f1: Object.fromEntries(
        downholeModes.map((mode, c) => {
          const hits = share((i) => first[i] === c && truth[i] === c);
          return [mode, (2 * hits) / (share((i) => first[i] === c) + share((i) => truth[i] === c))];
        }),
      ),
      baselineMacroF1: macroF1(baseline, truth, classes),
    };
  });
  classifier.dispose();
  return figures;
}
