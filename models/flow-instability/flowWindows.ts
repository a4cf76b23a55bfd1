/** Cuts an instance into windows of 900 s without overlap, each with its features and the label of its rows. */
import {
  flowHourMinutes,
  flowMovement,
  flowMovementNames,
  flowTags,
  flowWindowMinutes,
} from '#pipelines/wellrules/flowMovement.js';
import type { ThreeWInstance } from '../threew/readThreeWFile.js';

export interface FlowWindow {
  readonly well: string;
  readonly file: string;
  readonly startMs: number;
  /** Most of its labelled rows, transients (100 + c) counted as c; -1 where none is labelled. */
  readonly class: number;
  /** `flowMovementNames`, NaN where masked. */
  readonly features: Float64Array;
}

const minuteMs = 60_000;
export const windowMs = flowWindowMinutes * minuteMs;
const measuresPerTag = flowMovementNames.length / flowTags.length;

/**
 * From `fromRow` on, as if nothing had been before; a shorter rest is left out. A window looks back as far as its file goes,
 * at most `historyMinutes`, never ahead.
 */
export function flowWindowsOf(
  instance: ThreeWInstance,
  fromRow = 0,
  historyMinutes = flowHourMinutes,
): FlowWindow[] {
  const { timesMs, rows } = instance;
  const lastMs = timesMs[rows - 1] as number;
  const firstMs = timesMs[fromRow] as number;
  const minutes = flowTags.map((tag) =>
    minuteMeans(instance, instance.columns.find((c) => c.tag === tag)?.values ?? null, fromRow),
  );
  const windows: FlowWindow[] = [];
  let from = fromRow;
  for (let startMs = firstMs; startMs + windowMs <= lastMs + 1000; startMs += windowMs) {
    let to = from;
    while (to < rows && (timesMs[to] as number) < startMs + windowMs) to++;
    if (to > from) {
      const features = new Float64Array(flowMovementNames.length);
      const end = (startMs - firstMs) / minuteMs + flowWindowMinutes;
      minutes.forEach((means, sensor) =>
        flowMovement(
          sensor,
          means.subarray(Math.max(0, end - historyMinutes), end),
          features,
          sensor * measuresPerTag,
        ),
      );
      windows.push({
        well: instance.well,
        file: instance.file,
        startMs,
        class: labelOf(instance.classes, from, to),
        features,
      });
    }
    from = to;
  }
  return windows;
}

/** Means of the minutes counted from the first row; NaN without a sample. */
function minuteMeans(
  { timesMs, rows }: ThreeWInstance,
  values: Float32Array | null,
  fromRow: number,
): Float64Array {
  const firstMs = timesMs[fromRow] as number;
  const length = Math.floor(((timesMs[rows - 1] as number) - firstMs) / minuteMs) + 1;
  const means = new Float64Array(length);
  const counts = new Float64Array(length);
  if (values === null) return means.fill(Number.NaN);
  for (let i = fromRow; i < rows; i++) {
    const v = values[i] as number;
    if (Number.isNaN(v)) continue;
    const minute = Math.floor(((timesMs[i] as number) - firstMs) / minuteMs);
    means[minute] = (means[minute] as number) + v;
    counts[minute] = (counts[minute] as number) + 1;
  }
  return means.map((sum, m) => (counts[m] === 0 ? Number.NaN : sum / (counts[m] as number)));
}

function labelOf(classes: Int16Array, from: number, to: number): number {
  const counts = new Map<number, number>();
  for (let i = from; i < to; i++) {
    const label = (classes[i] as number) % 100;
    if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? -1;
}
