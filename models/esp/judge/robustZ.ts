/** The simplest scorer worth beating: how far yesterday's medians lie from the weeks before, in robust deviations. */
import { type DayScore, type DayScorer, dayMs, firstSixMs } from '../dayScore.js';
import { type SignalName, signalNames } from '../signals.js';
import type { WellSeries } from '../wellSeries.js';

const watched: readonly SignalName[] = [
  'esp.pip',
  'esp.pdp',
  'esp.tm',
  'esp.ia',
  'esp.kw',
  'esp.vx',
  'esp.leak',
  'well.whp',
];
const historyDays = 28;
const leastDays = 7;
/** A gauge that hardly moves would make any step infinite: a spread below this share of the median counts as that. */
const leastSpread = 0.01;

export function robustZScorer(threshold = 0.5): DayScorer {
  return {
    name: 'robust z of daily medians',
    threshold,
    score: (series) => score(series, threshold),
  };
}

function score(series: WellSeries, threshold: number): DayScore[] {
  const { timesMs } = series;
  if (timesMs.length === 0) return [];
  const firstMs = firstSixMs(timesMs[0] as number);
  const lastMs = timesMs.at(-1) as number;
  const history = new Map<SignalName, number[]>();
  const missing = signalNames.filter((name) => !series.columns.has(name));
  const scores: DayScore[] = [];
  let row = 0;
  for (let timeMs = firstMs; timeMs <= lastMs; timeMs += dayMs) {
    const from = row;
    while (row < timesMs.length && (timesMs[row] as number) <= timeMs) row++;
    let worst = 0;
    for (const name of watched) {
      const values = series.columns.get(name);
      if (!values) continue;
      const today = median([...values.subarray(from, row)].filter((v) => !Number.isNaN(v)));
      const past = history.get(name) ?? [];
      if (past.length >= leastDays && !Number.isNaN(today)) {
        const middle = median(past);
        const spread = 1.4826 * median(past.map((v) => Math.abs(v - middle)));
        worst = Math.max(
          worst,
          Math.abs(today - middle) / Math.max(spread, leastSpread * Math.abs(middle), 1e-6),
        );
      }
      if (!Number.isNaN(today)) history.set(name, [...past, today].slice(-historyDays));
    }
    // An odd-looking day in a hundred comes before a failure: a mild curve, not a calibrated one.
    const risk7 = 1 / (1 + Math.exp(4 - worst / 3));
    const risk30 = 1 - (1 - risk7) ** 2;
    scores.push({
      timeMs,
      risk7,
      risk7Low: 0,
      risk7High: 1,
      risk30,
      risk30Low: 0,
      risk30High: 1,
      mode: null,
      modeProbability: 0,
      alert: risk7 >= threshold,
      missing,
    });
  }
  return scores;
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}
