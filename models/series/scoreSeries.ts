/** Runs the shipped multivariate detector over a series as it runs in a stream: a row after the other, a new state a file. */
import { Multivariate } from '#pipelines/detect/multivariate/multivariate.js';
import type { MultivariateConfig } from '#pipelines/detect/multivariate/multivariateConfig.js';
import type { Series } from './readSeriesFile.js';

export interface ScoredRows {
  /** 1 is the limit; 0 in the rows that taught. */
  readonly scores: Float64Array;
  readonly alerts: Uint8Array;
}

export function scoreSeries(
  { rows, signals, values }: Series,
  options: { readonly adaptive: boolean; readonly config: MultivariateConfig },
): ScoredRows {
  const detector = new Multivariate(signals.length, options);
  const scores = new Float64Array(rows);
  const alerts = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    scores[i] = detector.step(values, i * signals.length);
    alerts[i] = detector.alert ? 1 : 0;
  }
  return { scores, alerts };
}

/** The same rule that opens and ends the detector's alerts, for scores from elsewhere. */
export function alertsFrom(
  scores: Float64Array,
  from: number,
  { openRows, closeAt, closeRows }: MultivariateConfig,
): Uint8Array {
  let [open, run] = [0, 0];
  return Uint8Array.from(scores, (score, i) => {
    if (i < from) return 0;
    const towards = open === 1 ? score < closeAt : score >= 1;
    run = towards ? run + 1 : 0;
    if (run >= (open === 1 ? closeRows : openRows)) {
      open = 1 - open;
      run = 0;
    }
    return open;
  });
}
