/** `balancin evaluate series`: the multivariate detector on series in files, each apart, beside a baseline. */
import {
  type MultivariateConfig,
  multivariateConfig,
} from '#pipelines/detect/multivariate/multivariateConfig.js';
import { BalancinError } from '#schemas/errors.js';
import { listSeriesFiles } from './listSeriesFiles.js';
import { movingZScores } from './movingZScores.js';
import { readSeriesFile, type Series, type SeriesColumns } from './readSeriesFile.js';
import { alertsFrom, type ScoredRows, scoreSeries } from './scoreSeries.js';
import { labelSeries, readLabelFile } from './seriesLabels.js';
import { type JudgedSeries, type SeriesFigures, seriesFigures } from './seriesFigures.js';
import { writeSeriesScores } from './writeSeriesScores.js';

export interface SeriesOptions extends SeriesColumns {
  /** A file, or a folder of them. */
  readonly data: string;
  /** Labels in a file of their own; neither this nor a label column: nothing is judged, only scored. */
  readonly labels?: string;
  /** First rows of every file, which teach and are not judged. */
  readonly trainRows: number;
  /** Go on learning on rows without an alert. */
  readonly adaptive: boolean;
  /** CSV `file,timestamp,score,alert`, every row of every file. */
  readonly out?: string;
  readonly config?: MultivariateConfig;
  readonly log?: (line: string) => void;
}

export interface SeriesEvaluation extends SeriesFigures {
  readonly files: number;
  readonly rows: number;
  readonly signals: readonly string[];
  readonly trainRows: number;
  readonly mode: 'frozen' | 'adaptive';
  readonly baseline: SeriesFigures;
}

/** Fails with NOT_FOUND, USAGE or DATA_INVALID before anything is written. */
export function evaluateSeries(options: SeriesOptions): SeriesEvaluation {
  const { data, trainRows, adaptive, out } = options;
  const config = { ...(options.config ?? multivariateConfig), learnRows: trainRows };
  const labelFile = options.labels === undefined ? undefined : readLabelFile(options.labels);
  const judged: JudgedSeries[] = [];
  const baseline: JudgedSeries[] = [];
  const scored: { series: Series; rows: ScoredRows }[] = [];
  let rows = 0;
  let unlabelled = 0;
  let signals: readonly string[] = [];
  for (const { path, name } of listSeriesFiles(data, [options.labels, out])) {
    const series = readSeriesFile(path, name, options);
    if (series.rows <= trainRows)
      options.log?.(`${name}: ${series.rows} rows, all of them teach; nothing of it is judged`);
    const back = stepsBack(series.timesMs);
    // Not sorted: a file may hold several runs, one after another.
    if (back > 0) options.log?.(`${name}: time steps back ${back} times; rows are scored as they stand`);
    if (options.label !== undefined && !series.labelled) {
      options.log?.(`${name} has no column '${options.label}': it is scored, and not judged`);
      unlabelled++;
    }
    const labels = labelFile === undefined ? series.labels : labelSeries(series, labelFile);
    const ours = scoreSeries(series, { adaptive, config });
    const from = Math.min(trainRows, series.rows);
    const zScores = movingZScores(series, trainRows);
    judged.push({ labels, alerts: ours.alerts, timesMs: series.timesMs, from });
    baseline.push({ labels, alerts: alertsFrom(zScores, from, config), timesMs: series.timesMs, from });
    rows += series.rows;
    signals = series.signals;
    if (out !== undefined) scored.push({ series, rows: ours });
  }
  if (unlabelled > 0 && unlabelled === judged.length)
    throw new BalancinError('USAGE', `no file of ${data} has a column '${options.label}' (--label)`);
  if (out !== undefined) writeSeriesScores(out, scored);
  return {
    ...seriesFigures(judged),
    files: judged.length,
    rows,
    signals,
    trainRows,
    mode: adaptive ? 'adaptive' : 'frozen',
    baseline: seriesFigures(baseline),
  };
}

/** The table as `balancin evaluate series` prints it. */
export function seriesLines(e: SeriesEvaluation): string[] {
  const share = (v: number | null) => (v === null ? '–' : v.toFixed(3));
  const row = (name: string, f: SeriesFigures) =>
    [
      name.padEnd(16),
      ...[f.f1, f.far, f.mar, f.eventRecall].map((v) => share(v).padStart(7)),
      String(f.falseAlarms).padStart(12),
      (f.delayMedianS === null ? '–' : `${f.delayMedianS.toFixed(0)} s (${f.delayMedianRows} rows)`).padStart(
        16,
      ),
      `TP ${f.tp} FP ${f.fp} FN ${f.fn} TN ${f.tn}`,
    ].join(' ');
  return [
    `${e.files} files, ${e.rows} rows; the first ${e.trainRows} of each teach; ${e.mode}; ${e.events} events`,
    `looked at: ${e.signals.join(', ')}`,
    `${'detector'.padEnd(16)}      F1     FAR     MAR  events false alarms     delay median pooled rows`,
    row('balancin', e),
    row('moving z-score', e.baseline),
  ];
}

function stepsBack(timesMs: Float64Array): number {
  let steps = 0;
  for (let i = 1; i < timesMs.length; i++) if (timesMs[i]! < timesMs[i - 1]!) steps++;
  return steps;
}
