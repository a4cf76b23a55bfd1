/** Made-up scores of ESPs for tests and previews: deterministic, the first the worst. */
import { type EspRanking, rankEsps } from './espRanking.js';
import type { EspRiskRow } from './readEspRisks.js';

const dayMs = 86_400_000;

export function sampleRow(over: Partial<EspRiskRow> & Pick<EspRiskRow, 'wellId'>, atMs: number): EspRiskRow {
  const risk7 = over.risk7 ?? 0.05;
  return {
    site: 'norte',
    well: `ESP-${over.wellId}`,
    status: 'active',
    atMs,
    model: 'esp-risk',
    version: '1.0.0',
    known: true,
    risk7,
    risk7Low: risk7 * 0.7,
    risk7High: Math.min(1, risk7 * 1.3),
    risk30: Math.min(1, risk7 * 1.8),
    risk30Low: risk7,
    risk30High: Math.min(1, risk7 * 2.2),
    threshold: 0.2,
    alert: risk7 >= 0.2,
    mode: 'insulation_cable',
    modeProbability: 0.9,
    health: 61,
    runLifeDays: 400,
    maturity: 1,
    producing: true,
    deferredM3PerDay: 80,
    deferredOf: 'oil',
    levels: {},
    ...over,
    detail: {
      modes: { insulation_cable: 0.9, worn_stage: 0.1 },
      missing: ['esp.rpm'],
      penalties: [
        { name: 'risk', points: 30 },
        { name: 'insulation', points: 9 },
      ],
      contributions: [
        {
          channel: 'leakage',
          group: 'insulation',
          share: 1.2,
          shareYesterday: 0.9,
          day: 1.6,
          week: 1.1,
          change7: 0.8,
        },
        {
          channel: 'insulation',
          group: 'insulation',
          share: 0.8,
          shareYesterday: 0.8,
          day: -1.2,
          week: -0.9,
          change7: -0.5,
        },
      ],
      yesterday: { atMs: atMs - dayMs, risk7: risk7 * 0.8, risk30: risk7, mode: 'worn_stage', health: 66 },
      downHours: 0,
      ...over.detail,
    },
  };
}

export function sampleEsps(
  wells: readonly { readonly wellId: number; readonly site: string; readonly well: string }[],
  atMs: number,
): EspRanking {
  return rankEsps({
    rows: wells.map((well, i) => sampleRow({ ...well, risk7: 0.6 / (i + 1) }, atMs - 3_600_000)),
    records: [],
    recordedOil: new Map(),
    daysDown: { bySite: new Map(), others: 10 },
    nowMs: atMs,
  });
}
