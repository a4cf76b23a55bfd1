/** Cuts an instance into windows of 900 s without overlap, each with its features and the label of its rows. */
import { flowWindowFeatures, flowWindowS, flowWindowTags } from './flowWindowFeatures.js';
import type { ThreeWInstance } from '../threew/readThreeWFile.js';

export interface FlowWindow {
  readonly well: string;
  readonly file: string;
  readonly startMs: number;
  /** Most of its labelled rows, transients (100 + c) counted as c; -1 where none is labelled. */
  readonly class: number;
  /** `flowWindowNames`, NaN where masked. */
  readonly features: Float64Array;
}

export const windowMs = flowWindowS * 1000;

/** From `fromRow` on, as if nothing had been before; a shorter rest is left out. */
export function flowWindowsOf(instance: ThreeWInstance, fromRow = 0): FlowWindow[] {
  const { timesMs, rows } = instance;
  const columns = flowWindowTags.map((tag) => instance.columns.find((c) => c.tag === tag)?.values ?? null);
  const windows: FlowWindow[] = [];
  const lastMs = timesMs[rows - 1] as number;
  let from = fromRow;
  for (let startMs = timesMs[fromRow] as number; startMs + windowMs <= lastMs + 1000; startMs += windowMs) {
    let to = from;
    while (to < rows && (timesMs[to] as number) < startMs + windowMs) to++;
    if (to > from)
      windows.push({
        well: instance.well,
        file: instance.file,
        startMs,
        class: labelOf(instance.classes, from, to),
        features: flowWindowFeatures(timesMs, columns, { startMs, from, to }),
      });
    from = to;
  }
  return windows;
}

function labelOf(classes: Int16Array, from: number, to: number): number {
  const counts = new Map<number, number>();
  for (let i = from; i < to; i++) {
    const label = (classes[i] as number) % 100;
    if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? -1;
}
