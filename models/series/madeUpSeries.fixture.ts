/** Made-up series of eight sensors of a pump loop, with faults whose rows are known: declared as such, for tests and development. */
import { seededRandom } from '../flow-autoencoder/random.js';

export interface MadeUpSeries {
  readonly rows: number;
  readonly signals: readonly string[];
  /** Row after row. */
  readonly values: Float64Array;
  readonly labels: Int8Array;
}

export const madeUpSignals = ['vibA', 'vibB', 'current', 'pressure', 'temp', 'thermo', 'voltage', 'flow'];
const spreads = [0.002, 0.003, 0.08, 0.25, 0.3, 0.15, 6, 0.3];
const levels = [0.03, 0.04, 1.2, 0.1, 70, 25, 225, 32];
/** How each wanders: a share of its noise a row, as a random walk; and as a trend. */
const walks = [0, 0, 0.01, 0, 0.03, 0.01, 0.02, 0.01];
const trends = [0, 0, 0, 0, 0.004, 0.01, 0, 0];
/** Sluggishness of the noise, by signal. */
const memories = [0, 0, 0.3, 0, 0.9, 0.95, 0.7, 0.3];

/** 1,150 rows, a fault in rows 570 to 570 + 200…400; `seed` decides which signals, how much, step or ramp, or livelier noise. */
export function madeUpSeries(seed: number, rows = 1150): MadeUpSeries {
  const random = seededRandom(seed * 7919 + 1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const n = madeUpSignals.length;
  const values = new Float64Array(rows * n);
  const labels = new Int8Array(rows);
  const start = 520 + Math.floor(100 * random());
  const end = start + 200 + Math.floor(200 * random());
  const ramp = random() < 0.4 ? 30 + 100 * random() : 1;
  const lively = random() < 0.2;
  const touched = Array.from({ length: n }, () => (random() < 0.4 ? 1 : 0));
  if (!touched.includes(1)) touched[Math.floor(random() * n)] = 1;
  const size = 1 + 4 * random() ** 2;
  const sizes = touched.map((touch) => touch * size * (0.5 + random()) * (random() < 0.5 ? -1 : 1));
  const wander = new Float64Array(n);
  const noise = new Float64Array(n);
  const trend = trends.map((t) => t * (random() < 0.5 ? -1 : 1) * random() * 2);
  const after = random() < 0.3 ? 0.3 : 0;
  let common = 0;
  for (let i = 0; i < rows; i++) {
    const inside = i >= start && i < end;
    labels[i] = inside ? 1 : 0;
    common = 0.8 * common + 0.6 * normal();
    const part = inside
      ? Math.min(1, (i - start + 1) / ramp)
      : i >= end
        ? Math.max(0, 1 - (i - end) / 20) * (1 - after) + after * Math.exp(-(i - end) / 200)
        : 0;
    for (let j = 0; j < n; j++) {
      const memory = memories[j] as number;
      noise[j] = memory * (noise[j] as number) + Math.sqrt(1 - memory * memory) * normal();
      wander[j] = (wander[j] as number) + (walks[j] as number) * normal() + (trend[j] as number);
      const livelier = lively && inside && touched[j] === 1 ? 1 + size / 2 : 1;
      const z =
        livelier * (noise[j] as number) +
        (j === 2 || j === 3 || j === 7 ? 0.7 * common : 0) +
        (wander[j] as number) +
        (lively ? 0 : part * (sizes[j] as number));
      let v = (levels[j] as number) + (spreads[j] as number) * z;
      // Coarse converters.
      if (j === 3) v = 0.0547 + 0.328 * Math.round((v - 0.0547) / 0.328);
      if (j === 7) v = Math.round(v * 25) / 25;
      values[i * n + j] = v;
    }
  }
  return { rows, signals: madeUpSignals, values, labels };
}
