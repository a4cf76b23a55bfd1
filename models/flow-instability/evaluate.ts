/** `balancin evaluate 3w`: windows of 0 against 4, and the alerts of production, on wells that did not teach, beside a baseline. */
import { BalancinError } from '#schemas/errors.js';
import { zScoreThreshold } from '../flow-autoencoder/movingZScore.js';
import { seededRandom } from '../flow-autoencoder/random.js';
import { type FindingMaker, productionDetectors, productionFindings } from '../threew/alertStream.js';
import { createMovingZScoreFindings } from '../threew/movingZScoreFindings.js';
import { readThreeWFile, type ThreeWInstance } from '../threew/readThreeWFile.js';
import { figureOf, fitFlow, type WellFigure } from './flowFolds.js';
import { flowPort, probabilityOf } from './flowModel.js';
import type { FlowWindow } from './flowWindows.js';
import { type AlertFigures, judgeAlerts, normalDaysOf, type PlayedFile } from './judgeAlerts.js';
import { judgedTags, type JudgedWindow, judgeWindows } from './judgedFile.js';
import { cropOf, playWells, type Recording } from './playWells.js';
import { type Fold, foldsOf, type ThreeWSplit } from './threeWFolds.js';

export interface ThreeWContestant extends AlertFigures {
  /** Mean over the wells that have both classes; null without one. */
  readonly macroF1: number | null;
  /** Macro-F1 of a well that has both classes, else specificity (only 0) or recall (only 4). */
  readonly wells: Readonly<Record<string, number>>;
  readonly wellFigures: Readonly<Record<string, WellFigure>>;
}

export interface ThreeWEvaluation extends ThreeWContestant {
  readonly normalWellDays: number;
  /** Files that could not be read: told in the log, left out. */
  readonly filesRefused: number;
  /** Longest time after a gap in which nothing can be said, minutes. */
  readonly warmUpMinutes: number;
  /** A line a fit: whom it judges, the threshold chosen inside the training wells. */
  readonly fits: readonly { judged: readonly string[]; unstableAt: number }[];
  /** The same classifier without the hour before each window. */
  readonly windowAlone: Pick<ThreeWContestant, 'macroF1' | 'wells'>;
  readonly baseline: ThreeWContestant;
  /** Production's alerts without each detector that was named. */
  readonly ablation?: Readonly<Record<string, AlertFigures>>;
}

/** `flowMovement` wants 9 of 15 minutes, the choke rule 11, the moving z-score 15. */
const warmUpMinutes = 15;

export interface ThreeWOptions {
  readonly seed?: number;
  /** Detectors to leave out in turn, by name; `all` for every one. */
  readonly without?: readonly string[];
  readonly log?: (line: string) => void;
}

/** One window's verdicts. */
interface Told {
  readonly window: FlowWindow;
  readonly ours: boolean;
  readonly alone: boolean;
  readonly baseline: boolean;
}

/** Fails with USAGE where a well would teach and judge, NOT_FOUND where nothing is left to do either. */
export async function evaluateThreeW(
  split: ThreeWSplit,
  options: ThreeWOptions = {},
): Promise<ThreeWEvaluation> {
  const log = options.log ?? (() => {});
  const random = seededRandom(options.seed ?? 1);
  const left = detectorsNamed(options.without ?? []);
  const withouts: PlayedFile[][] = left.map(() => []);
  const windows = new Map<string, JudgedWindow[]>();
  const refused = new Set<string>();
  const read = async (path: string): Promise<ThreeWInstance | null> => {
    if (refused.has(path)) return null;
    try {
      const instance = await readThreeWFile(path);
      if (instance.rows > 0) return instance;
      throw new BalancinError('DATA_INVALID', `${path} has no row`);
    } catch (error) {
      if (!(error instanceof BalancinError)) throw error;
      refused.add(path);
      log(`left out: ${error.message}`);
      return null;
    }
  };
  const told: Told[] = [];
  const ours: PlayedFile[] = [];
  const baseline: PlayedFile[] = [];
  const fits: { judged: readonly string[]; unstableAt: number }[] = [];
  for (const fold of foldsOf(split)) {
    const recordings = await readFold(fold, windows, random, read);
    const taught = fold.train.flatMap(({ path }) => windows.get(path) ?? []);
    const model = fitFlow(taught.map(({ window }) => window));
    const aloneModel = fitFlow(taught.map(({ alone }) => alone));
    const judged = [...new Set(fold.test.map(({ well }) => well))];
    fits.push({ judged, unstableAt: model.unstableAt });
    log(`${judged.join(', ')} judged by ${new Set(fold.train.map(({ well }) => well)).size} wells`);
    for (const file of fold.test) {
      if (!file.real) continue;
      for (const { window, alone, zScore } of windows.get(file.path) ?? [])
        told.push({
          window,
          ours: probabilityOf(model, window.features) >= model.unstableAt,
          alone: probabilityOf(aloneModel, alone.features) >= aloneModel.unstableAt,
          baseline: zScore >= zScoreThreshold,
        });
    }
    const contestants: FindingMaker[] = [
      productionFindings(flowPort(model)),
      (tagName) => [createMovingZScoreFindings(judgedTags, tagName)],
      ...left.map((without) => productionFindings(flowPort(model), { without })),
    ];
    const [byUs = [], byBaseline = [], ...byOthers] = await playWells(recordings, contestants);
    ours.push(...byUs);
    baseline.push(...byBaseline);
    byOthers.forEach((played, i) => withouts[i]?.push(...played));
  }
  const { macroF1, wells } = figuresOf(told, (t) => t.alone);
  return {
    ...figuresOf(told, (t) => t.ours),
    ...judgeAlerts(ours),
    normalWellDays: normalDaysOf(ours),
    filesRefused: refused.size,
    warmUpMinutes,
    fits,
    windowAlone: { macroF1, wells },
    baseline: { ...figuresOf(told, (t) => t.baseline), ...judgeAlerts(baseline) },
    ...(left.length === 0
      ? {}
      : { ablation: Object.fromEntries(left.map((name, i) => [name, judgeAlerts(withouts[i] ?? [])])) }),
  };
}

/** Throws USAGE where there is no such detector. */
function detectorsNamed(names: readonly string[]): readonly string[] {
  if (names.includes('all')) return productionDetectors;
  const unknown = names.find((name) => !productionDetectors.includes(name));
  if (unknown === undefined) return names;
  throw new BalancinError(
    'USAGE',
    `there is no detector ${unknown}: choose of ${productionDetectors.join(', ')}, all`,
  );
}

/** Every file is cut into windows once, however many folds it teaches in. */
async function readFold(
  { train, test }: Fold,
  windows: Map<string, JudgedWindow[]>,
  random: () => number,
  read: (path: string) => Promise<ThreeWInstance | null>,
): Promise<Recording[]> {
  for (const { path } of train) {
    const instance = windows.has(path) ? null : await read(path);
    if (instance !== null) windows.set(path, judgeWindows(instance));
  }
  const recordings: Recording[] = [];
  for (const file of test) {
    const instance = await read(file.path);
    if (instance === null) continue;
    const fromRow = cropOf(file, instance, random);
    recordings.push({ file, fromRow, startMs: instance.timesMs[0] as number });
    if (file.real && !windows.has(file.path)) windows.set(file.path, judgeWindows(instance));
  }
  return recordings;
}

function figuresOf(
  told: readonly Told[],
  verdict: (one: Told) => boolean,
): Pick<ThreeWContestant, 'macroF1' | 'wells' | 'wellFigures'> {
  const figures = new Map<string, WellFigure>();
  for (const well of [...new Set(told.map(({ window }) => window.well))].sort()) {
    const mine = told.filter(({ window }) => window.well === well);
    const unstable = new Set(mine.filter(verdict).map(({ window }) => window));
    const figure = figureOf(
      mine.map(({ window }) => window),
      (w) => unstable.has(w),
    );
    if (!Number.isNaN(figure.value)) figures.set(well, figure);
  }
  const both = [...figures.values()].filter(({ measure }) => measure === 'macroF1');
  return {
    macroF1: both.length === 0 ? null : both.reduce((sum, { value }) => sum + value, 0) / both.length,
    wells: Object.fromEntries([...figures].map(([well, { value }]) => [well, value])),
    wellFigures: Object.fromEntries(figures),
  };
}
