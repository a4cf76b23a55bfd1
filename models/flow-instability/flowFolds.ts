/** Judging by well: figures of one, and a setting chosen by leaving out each training well in turn. */
import { flowMovementNames, flowTags } from '#pipelines/wellrules/flowMovement.js';
import { fitRegression, flowParts, instability } from './flowClassifier.js';
import { type FlowModel, type FlowRegression, probabilityOf } from './flowModel.js';
import type { FlowWindow } from './flowWindows.js';

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

/** Fits on all wells; the threshold is the one that parts the training wells best, each judged by the others. */
export function fitFlow(training: readonly FlowWindow[]): FlowModel {
  const windows = training.filter((w) => w.class === 0 || w.class === instability);
  const outOfWell = new Map<FlowWindow, number>();
  for (const well of new Set(windows.map((w) => w.well))) {
    const regressions = fitAll(windows.filter((w) => w.well !== well));
    const model = { regressions, unstableAt: Number.NaN, usualKpa: [] };
    for (const w of windows) if (w.well === well) outOfWell.set(w, probabilityOf(model, w.features));
  }
  return {
    regressions: fitAll(windows),
    unstableAt: partingThreshold(outOfWell),
    usualKpa: usualKpa(windows.filter((w) => w.class === 0)),
  };
}

function fitAll(windows: readonly FlowWindow[]): FlowRegression[] {
  return flowParts.map((part) => fitRegression(windows, part));
}

/** Over wells, so that one with many windows counts no more: the median of their medians. */
function usualKpa(normal: readonly FlowWindow[]): number[] {
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  return flowTags.map((tag) => {
    const at = flowMovementNames.indexOf(`${tag} range60`);
    const ofWells = [...new Set(normal.map((w) => w.well))].flatMap((well) => {
      const there = normal.filter((w) => w.well === well && !Number.isNaN(w.features[at]));
      return there.length === 0 ? [] : [median(there.map((w) => Math.exp(w.features[at] as number)))];
    });
    // Where no well of the training has the sensor, any number will do: the classifier gives it no weight.
    return ofWells.length === 0 ? 1 : median(ofWells);
  });
}

/** Differences of fewer hundredths of the sum are chance: of all thresholds as good as the best, the middle. */
const asGood = 0.02;

/** Where mean specificity plus mean recall is largest: over wells, so that one with many windows counts no more. */
function partingThreshold(outOfWell: ReadonlyMap<FlowWindow, number>): number {
  const byWell = new Map<string, number[]>();
  for (const [w, p] of outOfWell) {
    const key = `${w.class} ${w.well}`;
    const list = byWell.get(key);
    if (list === undefined) byWell.set(key, [p]);
    else list.push(p);
  }
  const thresholds = Array.from({ length: 31 }, (_, i) => 0.2 + 0.025 * i);
  const share = (wanted: number, right: (p: number) => boolean): number => {
    const shares = [...byWell]
      .filter(([key]) => key.startsWith(`${wanted} `))
      .map(([, list]) => list.filter(right).length / list.length);
    return shares.length === 0 ? 0 : shares.reduce((sum, v) => sum + v, 0) / shares.length;
  };
  const sums = thresholds.map((t) => share(0, (p) => p < t) + share(instability, (p) => p >= t));
  const best = Math.max(...sums);
  const good = thresholds.filter((_, i) => (sums[i] as number) >= best - asGood);
  return good.reduce((sum, t) => sum + t, 0) / good.length;
}
