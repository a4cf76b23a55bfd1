/** The day's process findings as table rows, a well's together, the worst well first. */
import { findingText } from '#pipelines/detect/findingText.js';
import type { Severity } from '#schemas/records/anomaly.js';
import type { Language } from '../language.js';
import type { LocalFormat } from '../localFormat.js';
import type { DailyTexts } from './daily.texts.js';
import type { AnomalyFinding, DailyReportData } from './dailyData.js';
import { type BothUnits, bothUnits, signalName } from './signalNames.js';

export interface AnomalyRow {
  readonly well: string;
  readonly site: string;
  readonly signal: string;
  /** What its detector says of it. */
  readonly finding: string;
  readonly severity: Severity;
  readonly opened: string;
  readonly duration: string;
  readonly open: boolean;
  readonly expected: BothUnits | null;
  readonly actual: BothUnits | null;
  /** In units of the signal's normal spread. */
  readonly deviation: string;
}

export function anomalyRows(
  data: DailyReportData,
  texts: DailyTexts,
  format: LocalFormat,
  language: Language,
): AnomalyRow[] {
  const names = new Map(data.wells.map((well) => [well.wellId, well]));
  const process = data.anomalies.filter((anomaly) => anomaly.kind === 'process');
  // They come worst first: a well's place is that of its worst finding.
  const place = new Map([...new Set(process.map((anomaly) => anomaly.wellId))].map((id, i) => [id, i]));
  const placeOf = (anomaly: AnomalyFinding): number => place.get(anomaly.wellId) ?? 0;
  const madeUpOf = ({ contributions }: AnomalyFinding): string[] => {
    const shares = (contributions ?? []).map(
      ({ tag, share }) => `${signalName(tag, language)} ${format.percent(share, 0)}`,
    );
    return shares.length === 0 ? [] : [`${texts.contributions}: ${shares.join(', ')}`];
  };
  return process
    .toSorted((a, b) => placeOf(a) - placeOf(b) || a.startMs - b.startMs)
    .map((anomaly) => {
      const endMs = anomaly.endMs ?? data.dataCutOffMs;
      const both = (value: number | null, beside: number | null): BothUnits | null =>
        value === null ? null : bothUnits(value, anomaly.unit ?? '', format, beside ?? value);
      return {
        well: names.get(anomaly.wellId)?.well ?? String(anomaly.wellId),
        site: names.get(anomaly.wellId)?.site ?? '',
        signal: anomaly.tag === null ? texts.wholeWell : signalName(anomaly.tag, language),
        finding: [findingText(anomaly.detector, anomaly.textKey, language), ...madeUpOf(anomaly)].join('. '),
        severity: anomaly.severity,
        opened: format.dateTime(anomaly.startMs),
        duration: format.duration(Math.max(0, endMs - anomaly.startMs)),
        open: anomaly.endMs === null,
        expected: both(anomaly.expected, anomaly.actual),
        actual: both(anomaly.actual, anomaly.expected),
        deviation: `${format.number(anomaly.score, 1)} σ`,
      };
    });
}
