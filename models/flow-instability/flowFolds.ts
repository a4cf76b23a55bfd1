/** Judging by well: figures of one, and a setting chosen by leaving out each training well in turn. */
import {
  type FlowClassifier,
  type FlowPart,
  type FlowSetting,
  fitFlowClassifier,
  flowParts,
  flowSettings,
  instability,
  meanOf,
} from './flowClassifier.js';
import type { FlowWindow } from './flowWindows.js';

/** Decided: a window is unstable from this probability on. */
export const unstableAt = 0.5;

export interface WellFigure {
  /** `macroF1` over {0, 4} where the well has both; else the share of its one class that is told right. */
  readonly measure: 'macroF1' | 'specificity' | 'recall';
  readonly value: number;
  readonly normal: number;
  readonly unstable: number;
}

/** Only windows of class 0 and 4 count; NaN for a well that has neither. */
export function figureOf(windows: readonly FlowWindow[], unstable: (w: FlowWindow) => boolean): WellFigure {
  let hits = 0;
  let misses = 0;
  let falses = 0;
  let rights = 0;
  for (const w of windows) {
    const told = unstable(w);
    if (w.class === instability && told) hits++;
    else if (w.class === instability) misses++;
    else if (w.class === 0 && told) falses++;
    else if (w.class === 0) rights++;
  }
  const counts = { normal: falses + rights, unstable: hits + misses };
  if (counts.unstable === 0) return { measure: 'specificity', value: rights / counts.normal, ...counts };
  if (counts.normal === 0) return { measure: 'recall', value: hits / counts.unstable, ...counts };
  const f1 = (right: number) => (2 * right) / (2 * right + falses + misses || 1);
  return { measure: 'macroF1', value: (f1(hits) + f1(rights)) / 2, ...counts };
}

export interface FlowFit {
  readonly classifier: FlowClassifier;
  readonly setting: FlowSetting;
  /** What each training well is told when it was left out, with the chosen setting. */
  readonly outOfWell: ReadonlyMap<FlowWindow, number>;
}

/** Tries every setting with each training well left out in turn, takes the best mean figure, fits it on all. */
export function fitNested(training: readonly FlowWindow[]): FlowFit {
  const windows = training.filter((w) => w.class === 0 || w.class === instability);
  const wells = [...new Set(windows.map((w) => w.well))].sort();
  const said = new Map(flowParts.map((part) => [part, sayOutOfWell(windows, wells, part)]));
  let best: { score: number; setting: FlowSetting; outOfWell: Map<FlowWindow, number> } | null = null;
  for (const setting of flowSettings) {
    const outOfWell = new Map(
      windows.map((w) => [w, meanOf(setting.parts.map((part) => said.get(part)?.get(w) ?? Number.NaN))]),
    );
    const figures = wells.map(
      (well) =>
        figureOf(
          windows.filter((w) => w.well === well),
          (w) => (outOfWell.get(w) as number) >= unstableAt,
        ).value,
    );
    const score = figures.reduce((sum, v) => sum + v, 0) / figures.length;
    if (best === null || score > best.score) best = { score, setting, outOfWell };
  }
  const { setting, outOfWell } = best as NonNullable<typeof best>;
  const classifiers = setting.parts.map((part) => fitFlowClassifier(windows, part));
  return { classifier: (features) => meanOf(classifiers.map((one) => one(features))), setting, outOfWell };
}

function sayOutOfWell(
  windows: readonly FlowWindow[],
  wells: readonly string[],
  part: FlowPart,
): ReadonlyMap<FlowWindow, number> {
  const said = new Map<FlowWindow, number>();
  for (const well of wells) {
    const classifier = fitFlowClassifier(
      windows.filter((w) => w.well !== well),
      part,
    );
    for (const w of windows) if (w.well === well) said.set(w, classifier(w.features));
  }
  return said;
}
