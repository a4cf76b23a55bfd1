/** What came of each well and sensor, as table rows. */
import { findingText } from '#pipelines/detect/findingText.js';
import type { Language } from '../language.js';
import type { LocalFormat } from '../localFormat.js';
import type { DailyTexts } from './daily.texts.js';
import type { DailyReportData, SensorFinding } from './dailyData.js';
import type { DailyFigures } from './dailyFigures.js';
import { sensorCauses } from './sensorCauses.js';
import { signalName } from './signalNames.js';

export interface CoverageRow {
  readonly well: string;
  readonly site: string;
  /** Share of the hour's signal minutes that came, 0–1; null for an hour that begins after the cut-off. */
  readonly cells: readonly (number | null)[];
  readonly signals: string;
  readonly completeness: string;
  readonly usable: string;
  readonly late: string;
}

export interface SensorRow {
  readonly well: string;
  readonly site: string;
  readonly signal: string;
  readonly tag: string;
  readonly completeness: string;
  readonly usable: string;
  readonly causes: string;
}

/** A sensor with a smaller share of usable samples is listed: one bad minute in twenty is more than noise. */
export const usableShareMin = 0.95;

const hourMs = 3_600_000;
const minuteMs = 60_000;

export function coverageRows(
  data: DailyReportData,
  figures: DailyFigures,
  format: LocalFormat,
): CoverageRow[] {
  const minutes = new Map(data.coverage.map((c) => [`${c.wellId}/${c.hour}`, c.signalMinutes]));
  const hours = Math.ceil((data.period.untilMs - data.period.fromMs) / hourMs);
  return figures.byWell.map((row) => ({
    well: row.well.well,
    site: row.well.site,
    cells: Array.from({ length: hours }, (_, hour) => {
      const fromMs = data.period.fromMs + hour * hourMs;
      const owed =
        Math.floor((Math.min(data.dataCutOffMs, fromMs + hourMs) - fromMs) / minuteMs) * row.signals;
      if (fromMs >= data.dataCutOffMs || owed <= 0) return fromMs >= data.dataCutOffMs ? null : 0;
      return Math.min(1, (minutes.get(`${row.well.wellId}/${hour}`) ?? 0) / owed);
    }),
    signals: format.number(row.signals, 0),
    completeness: row.completeness === null ? '–' : format.percent(row.completeness, 0),
    usable: row.goodShare === null ? '–' : format.percent(row.goodShare),
    late: format.number(row.lateParts, 0),
  }));
}

/** The worst first: silent sensors, then by share of usable samples; those that a check found wrong are among them. */
export function sensorRows(
  data: DailyReportData,
  texts: DailyTexts,
  format: LocalFormat,
  language: Language,
): SensorRow[] {
  const names = new Map(data.wells.map((well) => [well.wellId, well]));
  const owed = Math.floor((data.dataCutOffMs - data.period.fromMs) / minuteMs);
  const usable = (signal: { good: number; samples: number }): number =>
    signal.samples === 0 ? 0 : signal.good / signal.samples;
  const findingsOf = (signal: { wellId: number; tag: string }): SensorFinding[] =>
    data.sensorFindings.filter((f) => f.wellId === signal.wellId && f.tag === signal.tag);
  const unheard = data.sensorFindings.filter(
    (f) => !data.completeness.some((signal) => signal.wellId === f.wellId && signal.tag === f.tag),
  );
  const silent = [...new Map(unheard.map((f) => [`${f.wellId}/${f.tag}`, f])).values()].map(
    ({ wellId, tag }) => ({ wellId, tag, minutes: 0, samples: 0, good: 0, flags: 0 }),
  );
  return [...data.completeness, ...silent]
    .map((signal) => ({ ...signal, findings: findingsOf(signal) }))
    .filter((signal) => signal.samples === 0 || usable(signal) < usableShareMin || signal.findings.length > 0)
    .sort((a, b) => usable(a) - usable(b) || a.samples - b.samples || a.tag.localeCompare(b.tag))
    .map((signal) => ({
      well: names.get(signal.wellId)?.well ?? String(signal.wellId),
      site: names.get(signal.wellId)?.site ?? '',
      signal: signalName(signal.tag, language),
      tag: signal.tag,
      completeness: owed === 0 ? '–' : format.percent(signal.minutes / owed, 0),
      usable: signal.samples === 0 ? '–' : format.percent(usable(signal)),
      causes:
        signal.findings.length > 0
          ? signal.findings.map((f) => findingText(f.detector, f.textKey, language)).join('. ')
          : sensorCauses(signal)
              .map((cause) => texts[cause])
              .join(', '),
    }));
}
