/** Which well and signals the trend chart shows: where an engineer would look first. */
import type { AnomalyFinding, ScoreSummary, SignalCompleteness } from './dailyData.js';

/** Charts one above the other: more would not be read. */
const trendSignalsMax = 3;

const weightOf = { critical: 100, warning: 10, info: 1 } as const;

/**
 * The well whose process findings weigh most, then whose score is highest over its threshold, then the one with most
 * data; its signals with findings first, then those with most usable samples. Null where no signal has a usable sample.
 */
export function chooseTrend(from: {
  readonly anomalies: readonly AnomalyFinding[];
  readonly scores: readonly ScoreSummary[];
  readonly completeness: readonly SignalCompleteness[];
}): { readonly wellId: number; readonly tags: readonly string[] } | null {
  const usable = from.completeness.filter((signal) => signal.good > 0);
  const wellIds = [...new Set(usable.map((signal) => signal.wellId))];
  const process = from.anomalies.filter((anomaly) => anomaly.kind === 'process');
  const rank = (wellId: number): readonly number[] => [
    sum(process.filter((anomaly) => anomaly.wellId === wellId).map((anomaly) => weightOf[anomaly.severity])),
    Math.max(
      0,
      ...from.scores
        .filter((score) => score.wellId === wellId && score.threshold > 0)
        .map((score) => score.value / score.threshold),
    ),
    sum(usable.filter((signal) => signal.wellId === wellId).map((signal) => signal.good)),
  ];
  const [first] = wellIds
    .map((wellId) => ({ wellId, rank: rank(wellId) }))
    .sort((a, b) => descending(a.rank, b.rank) || a.wellId - b.wellId);
  if (first === undefined) return null;

  const contributions = from.scores.find((score) => score.wellId === first.wellId)?.contributions ?? [];
  const signalRank = (signal: SignalCompleteness): readonly number[] => [
    sum(
      process
        .filter((anomaly) => anomaly.wellId === first.wellId && anomaly.tag === signal.tag)
        .map((anomaly) => weightOf[anomaly.severity]),
    ),
    contributions.find((contribution) => contribution.tag === signal.tag)?.share ?? 0,
    signal.good,
  ];
  const tags = usable
    .filter((signal) => signal.wellId === first.wellId)
    .map((signal) => ({ tag: signal.tag, rank: signalRank(signal) }))
    .sort((a, b) => descending(a.rank, b.rank) || a.tag.localeCompare(b.tag))
    .slice(0, trendSignalsMax)
    .map((signal) => signal.tag);
  return { wellId: first.wellId, tags };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function descending(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (b[at] ?? 0) - (a[at] ?? 0);
}
