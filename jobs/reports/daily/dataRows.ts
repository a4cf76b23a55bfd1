/** What came of each well and sensor, as table rows. */
import type { Language } from '../language.js';
import type { LocalFormat } from '../localFormat.js';
import type { DailyTexts } from './daily.texts.js';
import type { DailyReportData } from './dailyData.js';
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

/** The worst first: silent sensors, then by share of usable samples. */
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
  return data.completeness
    .filter((signal) => signal.samples === 0 || usable(signal) < usableShareMin)
    .sort((a, b) => usable(a) - usable(b) || a.samples - b.samples || a.tag.localeCompare(b.tag))
    .map((signal) => ({
      well: names.get(signal.wellId)?.well ?? String(signal.wellId),
      site: names.get(signal.wellId)?.site ?? '',
      signal: signalName(signal.tag, language),
      tag: signal.tag,
      completeness: owed === 0 ? '–' : format.percent(signal.minutes / owed, 0),
      usable: signal.samples === 0 ? '–' : format.percent(usable(signal)),
      causes: sensorCauses(signal)
        .map((cause) => texts[cause])
        .join(', '),
    }));
}
