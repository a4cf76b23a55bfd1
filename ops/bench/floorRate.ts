/** The floor's rate over a shape of frames, measured once a process: what other benches divide theirs by. */
import type { BenchSize } from './bench.js';
import { Floor } from './floor.js';
import { measure, measureTimes } from './measure.js';
import type { PreparedFrames } from './preparedFrames.js';

const rates = new Map<string, number>();

/** Samples a second. */
export function floorRate(prepared: PreparedFrames, size: BenchSize): number {
  const key = `${prepared.shape.name} ${prepared.frames.length}`;
  let rate = rates.get(key);
  if (rate === undefined) {
    const units = prepared.samples;
    rate = measure(() => new Floor().run(prepared), { units, ...measureTimes[size] }).rate;
    rates.set(key, rate);
  }
  return rate;
}
