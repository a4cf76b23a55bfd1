/** What alerts are worth against labels: rows pooled over the files, events and false alarms counted. */

/** One file's rows after those that taught. */
export interface JudgedSeries {
  /** 1, 0 or -1 (not judged) a row. */
  readonly labels: Int8Array;
  readonly alerts: Uint8Array;
  readonly timesMs: Float64Array;
  /** First row that is judged. */
  readonly from: number;
}

export interface SeriesFigures {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
  /** Null where nothing was labelled or said. */
  readonly f1: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  /** FP / (FP + TN): the share of normal rows with an alert. */
  readonly far: number | null;
  /** FN / (FN + TP): the share of anomalous rows without. */
  readonly mar: number | null;
  readonly events: number;
  /** Share of events (runs of anomalous rows) with an alert in at least one row. */
  readonly eventRecall: number | null;
  /** Alerts (runs of rows) that touch no anomalous row. */
  readonly falseAlarms: number;
  /** From an event's first row to its first row with an alert, median of those found. */
  readonly delayMedianS: number | null;
  readonly delayMedianRows: number | null;
}

export function seriesFigures(files: readonly JudgedSeries[]): SeriesFigures {
  let [tp, fp, fn, tn, events, found, falseAlarms] = [0, 0, 0, 0, 0, 0, 0];
  const delays: { rows: number; seconds: number }[] = [];
  for (const { labels, alerts, timesMs, from } of files) {
    for (let i = from; i < labels.length; i++) {
      const alert = alerts[i] as number;
      if (labels[i] === 1) {
        tp += alert;
        fn += 1 - alert;
      } else if (labels[i] === 0) {
        fp += alert;
        tn += 1 - alert;
      }
    }
    for (const [start, end] of runsOf(labels, from)) {
      events++;
      const first = alerts.indexOf(1, start);
      if (first < 0 || first >= end) continue;
      found++;
      delays.push({
        rows: first - start,
        seconds: ((timesMs[first] as number) - (timesMs[start] as number)) / 1000,
      });
    }
    for (const [start, end] of runsOf(alerts, from)) {
      const said = labels.subarray(start, end);
      if (!said.includes(1) && said.includes(0)) falseAlarms++;
    }
  }
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return {
    tp,
    fp,
    fn,
    tn,
    f1: share(2 * tp, 2 * tp + fp + fn),
    precision: share(tp, tp + fp),
    recall: share(tp, tp + fn),
    far: share(fp, fp + tn),
    mar: share(fn, fn + tp),
    events,
    eventRecall: share(found, events),
    falseAlarms,
    delayMedianS: median(delays.map(({ seconds }) => seconds)),
    delayMedianRows: median(delays.map(({ rows }) => rows)),
  };
}

/** `[start, end)` of every run of ones from `from` on. */
function runsOf(marks: Int8Array | Uint8Array, from: number): [number, number][] {
  const runs: [number, number][] = [];
  for (let i = from; i < marks.length; i++) {
    if (marks[i] !== 1) continue;
    const start = i;
    while (i < marks.length && marks[i] === 1) i++;
    runs.push([start, i]);
  }
  return runs;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}
