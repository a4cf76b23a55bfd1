/** `balancin evaluate 3w`: flow instability against normal operation on wells that did not teach, beside a baseline. */
import { BalancinError } from '#schemas/errors.js';
import { alertsOf } from '../flow-autoencoder/alertRule.js';
import { zScoreThreshold } from '../flow-autoencoder/movingZScore.js';
import { seededRandom } from '../flow-autoencoder/random.js';
import { listThreeWFiles, type ThreeWFile } from '../threew/listThreeWFiles.js';
import { readThreeWFile } from '../threew/readThreeWFile.js';
import { type FlowFit, figureOf, fitFlow, type WellFigure } from './flowFolds.js';
import { instability } from './flowClassifier.js';
import { type FlowWindow, flowWindowsOf, windowMs } from './flowWindows.js';
import { type JudgedFile, readJudgedFile } from './judgedFile.js';
import { poissonBounds } from './poissonBounds.js';

export type ThreeWSplit =
  | { readonly train: readonly string[]; readonly test: readonly string[] }
  /** Each well that has both classes, or each of `wells`, judged by what all others taught. */
  | { readonly data: readonly string[]; readonly wells?: readonly string[] };

export interface ThreeWContestant {
  /** Mean over the wells that have both classes; null without one. */
  readonly macroF1: number | null;
  /** Macro-F1 of a well that has both classes, else specificity (only 0) or recall (only 4). */
  readonly wells: Readonly<Record<string, number>>;
  readonly wellFigures: Readonly<Record<string, WellFigure>>;
  /** Alerts opened in class-0 files, those of a well joined in order of time; bounds of 95 %. */
  readonly falseAlarms: number;
  readonly falseAlarmBounds: { readonly low: number; readonly high: number };
  readonly falseAlarmsPerWellDay: number | null;
  /** Share of files of an event in which an alert opens after its onset, or at all where there is none. */
  readonly eventRecall: number | null;
  /** From the onset, or from the first row where the file has none, to the alert. */
  readonly delayMedianS: number | null;
  readonly classes: readonly { class: number; real: boolean; files: number; detected: number }[];
}

export interface ThreeWEvaluation extends ThreeWContestant {
  readonly normalWellDays: number;
  /** A line a fit: whom it judges, both thresholds chosen inside the training wells. */
  readonly fits: readonly { judged: readonly string[]; unstableAt: number; alertAbove: number }[];
  readonly baseline: ThreeWContestant;
}

/** Two windows in a row above it open an alert, two below close it. */
interface Verdicts {
  readonly judged: JudgedFile;
  readonly scores: readonly number[];
  readonly unstableAt: number;
  readonly alertAbove: number;
}

export interface ThreeWOptions {
  readonly seed?: number;
  readonly log?: (line: string) => void;
}

/** Fails with USAGE where a well would teach and judge, NOT_FOUND where nothing is left to do either. */
export async function evaluateThreeW(
  split: ThreeWSplit,
  options: ThreeWOptions = {},
): Promise<ThreeWEvaluation> {
  const log = options.log ?? (() => {});
  const random = seededRandom(options.seed ?? 1);
  const folds = foldsOf(split);
  const taught = new Map<string, FlowWindow[]>();
  const verdicts: { net: Verdicts; baseline: Verdicts }[] = [];
  const fits: { judged: readonly string[]; unstableAt: number; alertAbove: number }[] = [];
  for (const { train, test } of folds) {
    for (const file of train)
      if (!taught.has(file.path)) taught.set(file.path, flowWindowsOf(await readThreeWFile(file.path)));
    const fit = fitFlow(train.flatMap(({ path }) => taught.get(path) as FlowWindow[]));
    const alertAbove = alertThreshold(fit);
    const judgedWells = [...new Set(test.map(({ well }) => well))];
    fits.push({ judged: judgedWells, unstableAt: fit.unstableAt, alertAbove });
    log(`${judgedWells.join(', ')} judged by ${new Set(train.map(({ well }) => well)).size} wells`);
    for (const file of test) {
      const judged = await readJudgedFile(file, random);
      const scores = judged.windows.map(({ features }) => fit.classifier(features));
      verdicts.push({
        net: { judged, scores, unstableAt: fit.unstableAt, alertAbove },
        baseline: {
          judged,
          scores: judged.zScores,
          unstableAt: zScoreThreshold,
          alertAbove: zScoreThreshold,
        },
      });
    }
  }
  return {
    ...contestantOf(verdicts.map(({ net }) => net)),
    normalWellDays: normalDays(verdicts.map(({ net }) => net)),
    fits,
    baseline: contestantOf(verdicts.map(({ baseline }) => baseline)),
  };
}

interface Fold {
  readonly train: readonly ThreeWFile[];
  readonly test: readonly ThreeWFile[];
}

function foldsOf(split: ThreeWSplit): Fold[] {
  const teaches = (file: ThreeWFile) => file.real && (file.class === 0 || file.class === instability);
  if ('train' in split) {
    const train = split.train.flatMap(listThreeWFiles).filter(teaches);
    const test = split.test.flatMap(listThreeWFiles);
    const both = [...new Set(train.map((f) => f.well))].filter((well) => test.some((f) => f.well === well));
    if (both.length > 0)
      throw new BalancinError('USAGE', `${both.join(', ')} would teach and judge: name each well once`);
    if (train.length === 0)
      throw new BalancinError('NOT_FOUND', '--train holds no real file of class 0 or 4');
    return [{ train, test }];
  }
  const files = split.data.flatMap(listThreeWFiles).filter((file) => file.real);
  const wellsWith = (c: number) => new Set(files.filter((f) => f.class === c).map((f) => f.well));
  const unstable = wellsWith(instability);
  const wells = split.wells ?? [...wellsWith(0)].filter((well) => unstable.has(well)).sort();
  const folds = wells.map((well) => ({
    train: files.filter((f) => f.well !== well && teaches(f)),
    test: files.filter((f) => f.well === well),
  }));
  if (folds.length === 0 || folds.some(({ test }) => test.length === 0))
    throw new BalancinError(
      'NOT_FOUND',
      `there are no wells to leave out: ${wells.join(', ') || 'none has both classes'}`,
    );
  return folds;
}

/** The lowest threshold at which no training well, judged by the others, gives a false alarm; the highest useful one else. */
function alertThreshold({ outOfWell }: FlowFit): number {
  const normal = [...outOfWell].filter(([w]) => w.class === 0);
  const wells = [...new Set(normal.map(([w]) => w.well))];
  for (const threshold of [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]) {
    const alerts = wells.map((well) => {
      const mine = normal.filter(([w]) => w.well === well).sort(([a], [b]) => a.startMs - b.startMs);
      return alertsOf(
        mine.map(([w]) => w.startMs + windowMs),
        mine.map(([, p]) => p),
        threshold,
      ).length;
    });
    if (alerts.every((n) => n === 0)) return threshold;
  }
  return 0.98;
}

function contestantOf(verdicts: readonly Verdicts[]): ThreeWContestant {
  const real = verdicts.filter(({ judged }) => judged.file.real);
  const figures = new Map<string, WellFigure>();
  for (const well of new Set(real.map(({ judged }) => judged.file.well))) {
    const mine = real.filter(({ judged }) => judged.file.well === well);
    const unstable = new Set(
      mine.flatMap((v) => v.judged.windows.filter((_, i) => (v.scores[i] as number) >= v.unstableAt)),
    );
    const figure = figureOf(
      mine.flatMap((v) => v.judged.windows),
      (w) => unstable.has(w),
    );
    if (!Number.isNaN(figure.value)) figures.set(well, figure);
  }
  const both = [...figures.values()].filter(({ measure }) => measure === 'macroF1');
  const falseAlarms = falseAlarmsOf(verdicts);
  const days = normalDays(verdicts);
  const events = verdicts
    .filter(({ judged }) => judged.file.class > 0 && !Number.isNaN(judged.eventMs))
    .map((v) => ({ file: v.judged.file, delayS: delayOf(v) }));
  const delays = events.flatMap(({ delayS }) => (delayS === null ? [] : [delayS])).sort((a, b) => a - b);
  const kinds = new Map(events.map(({ file }) => [`${file.class} ${file.real}`, file]));
  return {
    macroF1: both.length === 0 ? null : both.reduce((sum, { value }) => sum + value, 0) / both.length,
    wells: Object.fromEntries([...figures].map(([well, { value }]) => [well, value])),
    wellFigures: Object.fromEntries(figures),
    falseAlarms,
    falseAlarmBounds: poissonBounds(falseAlarms),
    falseAlarmsPerWellDay: days === 0 ? null : falseAlarms / days,
    eventRecall: events.length === 0 ? null : delays.length / events.length,
    delayMedianS: delays[delays.length >> 1] ?? null,
    classes: [...kinds.values()].map((kind) => {
      const mine = events.filter(({ file }) => file.class === kind.class && file.real === kind.real);
      const detected = mine.filter(({ delayS }) => delayS !== null).length;
      return { class: kind.class, real: kind.real, files: mine.length, detected };
    }),
  };
}

/** Files of a well joined in order of time, so that an alert that goes on is one. */
function falseAlarmsOf(verdicts: readonly Verdicts[]): number {
  const normal = verdicts.filter(({ judged }) => judged.file.class === 0);
  const wells = [...new Set(normal.map(({ judged }) => judged.file.well))];
  return wells.reduce((sum, well) => {
    const mine = normal.filter(({ judged }) => judged.file.well === well);
    const rows = mine
      .flatMap((v) =>
        v.judged.windows.map((w, i) => ({ endMs: w.startMs + windowMs, score: v.scores[i] as number })),
      )
      .sort((a, b) => a.endMs - b.endMs);
    const threshold = (mine[0] as Verdicts).alertAbove;
    return (
      sum +
      alertsOf(
        rows.map(({ endMs }) => endMs),
        rows.map(({ score }) => score),
        threshold,
      ).length
    );
  }, 0);
}

function normalDays(verdicts: readonly Verdicts[]): number {
  return verdicts.reduce((sum, { judged }) => sum + (judged.file.class === 0 ? judged.days : 0), 0);
}

function delayOf({ judged, scores, alertAbove }: Verdicts): number | null {
  const ends = judged.windows.map(({ startMs }) => startMs + windowMs);
  const alert = alertsOf(ends, scores, alertAbove).find((at) => at > judged.eventMs);
  return alert === undefined ? null : (alert - judged.eventMs) / 1000;
}

/** The table as `balancin evaluate 3w` prints it. */
export function threeWLines(e: ThreeWEvaluation): string[] {
  const fixed = (v: number | null, digits = 3) => (v === null ? '–' : v.toFixed(digits));
  const row = (name: string, c: ThreeWContestant) =>
    [
      name,
      fixed(c.macroF1),
      ...Object.keys(e.wells).map((well) => fixed(c.wells[well] ?? null)),
      `${c.falseAlarms} (${c.falseAlarmBounds.low.toFixed(1)}–${c.falseAlarmBounds.high.toFixed(1)})`,
      fixed(c.falseAlarmsPerWellDay, 2),
      fixed(c.eventRecall, 2),
      c.delayMedianS === null ? '–' : `${c.delayMedianS.toFixed(0)} s`,
      ...c.classes.map((k) => `${k.detected}/${k.files}`),
    ].join(' | ');
  return [
    'windows of 900 s without overlap, 0 against 4; every well judged by others; frozen sensors masked',
    `${e.normalWellDays.toFixed(2)} well-days of normal operation; two windows (30 min) open an alert`,
    ...e.fits.map(
      (f) =>
        `${f.judged.join(', ')}: unstable from ${f.unstableAt.toFixed(3)}, alert above ${f.alertAbove} (chosen inside the training wells)`,
    ),
    [
      'detector',
      'macro-F1',
      ...Object.entries(e.wellFigures).map(
        ([well, { measure, normal, unstable }]) => `${well} ${measure} (${normal}+${unstable})`,
      ),
      'false alarms (95 %)',
      'a well-day',
      'event recall',
      'delay median',
      ...e.classes.map((k) => `class ${k.class} ${k.real ? 'real' : 'simulated'}`),
    ].join(' | '),
    row('flow-instability', e),
    row(`moving z-score, ${zScoreThreshold} sigma`, e.baseline),
  ];
}
