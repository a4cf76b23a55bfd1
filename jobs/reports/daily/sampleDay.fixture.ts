/** A made-up day for tests and previews: deterministic, of any size. */
import type { Severity } from '#schemas/records/anomaly.js';
import { quality } from '#schemas/signals/quality.js';
import { productionDay } from '../productionDay.js';
import { sampleEsps } from '../../esp/sampleEsps.fixture.js';
import type { AnomalyFinding, DailyReportData, ReportTenant } from './dailyData.js';

const tags = ['well.pdg.p', 'well.tpt.p', 'well.tpt.t', 'well.choke.up.p', 'well.choke.down.t', 'gl.qgi'];
const severities: readonly Severity[] = ['critical', 'warning', 'info'];
const hourMs = 3_600_000;

const sampleTenant: ReportTenant = {
  slug: 'andina',
  title: 'Petrolera Andina del Ñandú S.A.',
  timeZone: 'America/Argentina/Buenos_Aires',
  cutOffMinutes: 360,
  machineLearning: true,
};

export function sampleDay(options: {
  readonly wells: number;
  readonly production?: boolean;
  readonly longNames?: boolean;
  readonly partial?: boolean;
  /** Whether its wells are ESPs with a risk, and two have cards that say something. */
  readonly esps?: boolean;
}): DailyReportData {
  const period = productionDay('2026-05-14', sampleTenant);
  const dataCutOffMs = options.partial === true ? period.fromMs + 9.4 * hourMs : period.untilMs;
  const minutes = Math.floor((dataCutOffMs - period.fromMs) / 60_000);
  const wells = Array.from({ length: options.wells }, (_, i) => ({
    wellId: i + 1,
    site: `Bloque-${Math.floor(i / 8) + 1}`,
    well:
      options.longNames === true
        ? `YPF.Nq.LaCalera-${'MendozaSur_'.repeat(4)}${i + 1}`
        : `LC-${String(i + 1).padStart(3, '0')}`,
  }));
  const completeness = wells.flatMap(({ wellId }) =>
    tags.map((tag, s) => {
      const silent = wellId % 9 === 4 && s === 3;
      const frozen = wellId % 5 === 2 && s === 0;
      const share = silent ? 0 : 1 - ((wellId * 7 + s * 3) % 11) / 150;
      const samples = Math.round(minutes * share) * 60;
      return {
        wellId,
        tag,
        minutes: Math.round(minutes * share),
        samples,
        good: frozen ? Math.round(samples * 0.31) : Math.round(samples * 0.997),
        flags: 1 | (frozen ? (1 << quality.badFrozen) | (1 << quality.bad) : 0),
        lateParts: (wellId * s) % 4,
      };
    }),
  );
  const coverage = wells.flatMap(({ wellId }) =>
    Array.from({ length: 24 }, (_, hour) => ({
      wellId,
      hour,
      signalMinutes:
        wellId % 6 === 3 && hour > 7 && hour < 12
          ? (hour - 8) * 40
          : 60 * tags.length - ((wellId + hour) % 13) * 4,
    })).filter(
      ({ hour, signalMinutes }) => signalMinutes > 0 && period.fromMs + hour * hourMs < dataCutOffMs,
    ),
  );
  const anomalies = wells
    .filter(({ wellId }) => wellId % 3 === 1)
    .flatMap(({ wellId }) => findingsOf(wellId, period.fromMs, dataCutOffMs))
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.score - a.score);
  return {
    tenant: sampleTenant,
    period,
    frozenAtMs: dataCutOffMs + 30 * 60_000,
    dataCutOffMs,
    wells,
    completeness,
    coverage,
    anomalyCounts: anomalies.map((a) => ({
      wellId: a.wellId,
      kind: a.kind,
      severity: a.severity,
      total: 1,
      open: a.endMs === null ? 1 : 0,
    })),
    anomalies: anomalies.slice(0, 80),
    sensorFindings: wells
      .filter(({ wellId }) => wellId % 7 === 5)
      .map(({ wellId }) => ({ wellId, tag: 'well.pdg.p', detector: 'quality', textKey: 'frozen' })),
    scores: wells.slice(0, 40).map(({ wellId }, i) => ({
      wellId,
      model: 'flow-autoencoder',
      version: '1.2.0',
      value: 6.1 * 0.93 ** i,
      threshold: 3.2,
      atMs: period.fromMs + (i % 9) * hourMs,
      scored: 1_430,
      overThreshold: i < 9 ? 130 - i * 13 : 0,
      contributions: [
        { tag: 'well.tpt.p', share: 0.52 },
        { tag: 'well.choke.down.t', share: 0.21 },
        { tag: 'gl.qgi', share: 0.09 },
      ],
    })),
    esps: sampleEsps(options.esps === true ? wells : [], dataCutOffMs),
    pumpFindings:
      options.esps === true
        ? anomalies
            .slice(0, 2)
            .map((a) => ({ ...a, tag: null, detector: 'pump-card', textKey: 'ROD_BROKEN' }))
        : [],
    production:
      options.production === true
        ? wells.map(({ wellId }) => ({
            wellId,
            oilM3: 84.2 + wellId,
            gasSm3: 15_300.5 * wellId,
            waterM3: 61.7,
            onHours: wellId % 4 === 0 ? 21.5 : 24,
            method: 'allocated',
          }))
        : [],
    trend: wells.length === 0 ? null : trendOf(1, period.fromMs, dataCutOffMs),
  };
}

function findingsOf(wellId: number, fromMs: number, untilMs: number): AnomalyFinding[] {
  return severities.map((severity, i) => ({
    anomalyId: `a-${wellId}-${i}`,
    wellId,
    tag: i === 2 ? null : (tags[1 + i] ?? null),
    detector: i === 2 ? 'flow-instability' : 'robust-level',
    kind: 'process' as const,
    severity,
    startMs: fromMs + (2 + i * 2.5) * hourMs + wellId * 60_000,
    endMs: i === 0 ? null : Math.min(untilMs, fromMs + (3.2 + i * 2.5) * hourMs + wellId * 60_000),
    score: 9.4 - i * 2.2,
    expected: i === 2 ? null : i === 1 ? 117.4 : 13_640,
    actual: i === 2 ? null : i === 1 ? 96.2 : 9_871,
    unit: i === 2 ? null : i === 1 ? '°C' : 'kPa',
    textKey: i === 2 ? 'unstable' : 'low',
  }));
}

function trendOf(wellId: number, fromMs: number, untilMs: number): DailyReportData['trend'] {
  const series = [
    { tag: 'well.tpt.p', level: 13_640, swing: 60, drop: -3_700 },
    { tag: 'well.tpt.t', level: 117.4, swing: 0.4, drop: -21 },
    { tag: 'gl.qgi', level: 86_000, swing: 900, drop: 0 },
  ].map(({ tag, level, swing, drop }) => {
    const atMs: number[] = [];
    const mean: number[] = [];
    for (let at = fromMs; at < untilMs; at += 300_000) {
      const hours = (at - fromMs) / hourMs;
      if (hours > 15 && hours < 16.2) continue;
      atMs.push(at);
      const settled = 1 - Math.exp(-Math.max(0, hours - 2) / 1.2);
      mean.push(level + swing * (Math.sin(hours * 3.1) + Math.sin(hours * 11.7)) + drop * settled);
    }
    return { tag, atMs, mean };
  });
  return { wellId, series };
}
