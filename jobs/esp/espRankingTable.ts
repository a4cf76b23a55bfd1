/** The ranking of ESPs as a table in the reader's language: head and rows. */
import type { Language } from '../reports/language.js';
import { localFormat } from '../reports/localFormat.js';
import type { EspRanking } from './espRanking.js';
import { espTexts } from './espRisk.texts.js';
import { modeName, signed } from './espRiskLines.js';

export function rankingTable(
  { ranked }: EspRanking,
  language: Language,
): [head: readonly string[], rows: readonly (readonly (string | number)[])[]] {
  const texts = espTexts[language];
  const format = localFormat(language, 'UTC');
  const percent = (p: number): string => format.percent(p, p < 0.1 ? 1 : 0);
  return [
    [
      texts.rank,
      texts.well,
      texts.risk7,
      texts.risk30,
      texts.deferred,
      texts.daysDown,
      texts.loss,
      texts.mode,
      texts.health,
      texts.change,
    ],
    ranked.map(({ rank, row, risk7, risk7Low, risk7High, risk30, changes, ...esp }) => [
      rank,
      `${row.site}/${row.well}`,
      `${percent(risk7)} (${percent(risk7Low)}–${percent(risk7High)})`,
      percent(risk30),
      format.number(esp.deferredM3PerDay, 1),
      format.number(esp.expectedDaysDown, 0),
      format.number(esp.expectedLossM3, 1),
      row.mode === null ? '–' : `${modeName(row.mode, language)} ${format.percent(row.modeProbability, 0)}`,
      row.health,
      changes.risk7 === null ? '–' : signed(100 * changes.risk7, 1),
    ]),
  ];
}
