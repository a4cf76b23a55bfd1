/** The ranking of ESPs for machines: every factor of a priority, every penalty, in plain names. */
import { adviceTexts } from '#models/esp/output/advice.texts.js';
import type { Language } from '../reports/language.js';
import type { EspRanking, RankedEsp } from './espRanking.js';

export function espJson(ranking: EspRanking, shown: readonly RankedEsp[], language: Language): object {
  const { left, fleet, drift, atMs } = ranking;
  return {
    at: new Date(atMs).toISOString(),
    wells: shown.map(({ row, rank, changes, ...figures }) => {
      const advice = (adviceTexts[language] as Readonly<Record<string, object>>)[row.mode ?? ''] ?? null;
      const { wellId: _, levels: __, detail, atMs: scoredMs, ...rest } = row;
      const { risk7, risk7Low, risk7High, risk30, risk30Low, risk30High, ...own } = rest;
      return {
        rank,
        scoredAt: new Date(scoredMs).toISOString(),
        ...own,
        ...figures,
        model7: { risk: risk7, low: risk7Low, high: risk7High },
        model30: { risk: risk30, low: risk30Low, high: risk30High },
        ...detail,
        changes,
        advice,
      };
    }),
    left: left.map(({ row, reason }) => ({ site: row.site, well: row.well, reason })),
    drift,
    fleet,
  };
}
