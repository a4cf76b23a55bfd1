/** Pumps that may fail, as table rows: ESPs by what is at stake, rod pumps by what their cards say. */
import { adviceTexts } from '#models/esp/output/advice.texts.js';
import { channelDistance, channelName } from '#models/esp/output/channels.texts.js';
import { conditionTexts } from '#pipelines/cards/conditionTexts.js';
import { pumpFindingCondition } from '#pipelines/cards/pumpConditionTexts.js';
import { findingText } from '#pipelines/detect/findingText.js';
import type { EspRanking } from '../../esp/espRanking.js';
import { espTexts } from '../../esp/espRisk.texts.js';
import { modeName, signed } from '../../esp/espRiskLines.js';
import { fillIn } from '../fillIn.js';
import type { Language } from '../language.js';
import type { LocalFormat } from '../localFormat.js';
import type { DailyTexts } from './daily.texts.js';
import type { DailyReportData } from './dailyData.js';
import { shortName } from './shortName.js';

export interface RiskRow {
  readonly well: string;
  readonly site: string;
  readonly risk7: string;
  readonly interval: string;
  readonly change: string;
  readonly risk30: string;
  readonly alert: boolean;
  readonly mode: string;
  readonly deferred: string;
  readonly loss: string;
  readonly health: string;
  readonly why: readonly string[];
  readonly check: string;
}

export interface PumpRow {
  readonly well: string;
  readonly site: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly condition: string;
  readonly since: string;
  readonly open: boolean;
  readonly check: string;
}

/** What fits beside the chart on the first page. */
const risksMax = 5;
const signalsMax = 2;
const nameCharsMax = 24;

export function riskRows({ ranked }: EspRanking, language: Language, format: LocalFormat): RiskRow[] {
  const percent = (p: number): string => format.percent(p, p < 0.1 ? 1 : 0);
  return ranked.slice(0, risksMax).map(({ row, changes, ...esp }) => ({
    well: shortName(row.well, nameCharsMax),
    site: shortName(row.site, nameCharsMax),
    risk7: percent(esp.risk7),
    interval: `${percent(esp.risk7Low)}–${percent(esp.risk7High)}`,
    change: changes.risk7 === null ? '' : signed(100 * changes.risk7, 1),
    risk30: percent(esp.risk30),
    alert: row.alert,
    mode:
      row.mode === null ? '–' : `${modeName(row.mode, language)}, ${format.percent(row.modeProbability, 0)}`,
    deferred: format.number(esp.deferredM3PerDay, 1),
    loss: format.number(esp.expectedLossM3, 1),
    health: `${row.health}`,
    why: row.detail.contributions
      .filter(({ week }) => week !== null)
      .slice(0, signalsMax)
      .map(
        ({ channel, week }) =>
          `${channelName(channel, language)} ${channelDistance(channel, week as number)}`,
      ),
    check: row.mode === null ? '' : firstCheck(row.mode, language),
  }));
}

export function risksNote(
  { ranked, left }: EspRanking,
  texts: DailyTexts,
  language: Language,
  format: LocalFormat,
): string | null {
  if (ranked.length === 0) return null;
  const days = ranked.map(({ expectedDaysDown }) => expectedDaysDown);
  const [least, most] = [Math.min(...days), Math.max(...days)].map((n) => format.number(n, 0));
  const wells = left.map(({ row, reason }) => `${row.well} (${espTexts[language][`left.${reason}`]})`);
  return fillIn(texts.espRisksNote, {
    days: least === most ? `${least}` : `${least}–${most}`,
    left: wells.length === 0 ? '' : fillIn(texts.espLeft, { wells: wells.slice(0, 8).join(', ') }),
  });
}

export function pumpRows(data: DailyReportData, language: Language, format: LocalFormat): PumpRow[] {
  const names = new Map(data.wells.map((well) => [well.wellId, well]));
  return data.pumpFindings.map((finding) => {
    const condition =
      conditionTexts[language][finding.textKey] ?? pumpFindingCondition(finding.textKey, language);
    return {
      well: shortName(names.get(finding.wellId)?.well ?? '', nameCharsMax),
      site: shortName(names.get(finding.wellId)?.site ?? '', nameCharsMax),
      severity: finding.severity,
      condition: condition?.name ?? findingText(finding.detector, finding.textKey, language),
      since: format.dateTime(finding.startMs),
      open: finding.endMs === null,
      check: condition?.check ?? '',
    };
  });
}

function firstCheck(mode: string, language: Language): string {
  return (
    (adviceTexts[language] as Readonly<Record<string, { readonly firstCheck: string }>>)[mode]?.firstCheck ??
    ''
  );
}
