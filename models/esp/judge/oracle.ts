/** What a score could do that saw a simulated pump's true severity: the ceiling, known for simulated wells alone. */
import { type DayScore, dayMs, firstSixMs } from '../dayScore.js';

export interface OracleFile {
  /** Coefficient of variation of the severity at which wells fail. */
  readonly severityVariation: number;
  /** Severity at each 06:00 from the first after the record's start. */
  readonly severities: ReadonlyMap<string, readonly number[]>;
}

/** Null for anything but `oracle.json` as the simulator writes it. */
export function readOracle(json: unknown): OracleFile | null {
  const given = json as { severityVariation?: unknown; wells?: Record<string, { sixes?: unknown }> } | null;
  if (typeof given?.severityVariation !== 'number' || typeof given.wells !== 'object') return null;
  const severities = new Map<string, readonly number[]>();
  for (const [well, { sixes }] of Object.entries(given.wells))
    if (Array.isArray(sixes)) severities.set(well, sixes as number[]);
  return { severityVariation: given.severityVariation, severities };
}

/**
 * Chance that the severity passes the well's limit within 7 days, given that it has not yet: the limit is log-normal around
 * 1, the severity goes on as in the last three days.
 */
export function oracleScores(oracle: OracleFile, well: string, startMs: number): DayScore[] {
  const severity = oracle.severities.get(well) ?? [];
  const variation = oracle.severityVariation;
  return severity.map((now, day) => {
    const slope = Math.max(0, (now - (severity[day - 3] ?? 0)) / Math.min(3, Math.max(1, day)));
    const within = (days: number): number => {
      const alive = 1 - failedBelow(now, variation);
      return Math.min(
        1,
        Math.max(0, 1 - (1 - failedBelow(now + slope * days, variation)) / Math.max(alive, 1e-9)),
      );
    };
    const [risk7, risk30] = [within(7), within(30)];
    return {
      timeMs: firstSixMs(startMs) + day * dayMs,
      risk7,
      risk7Low: risk7,
      risk7High: risk7,
      risk30,
      risk30Low: risk30,
      risk30High: risk30,
      mode: null,
      modeProbability: 0,
      alert: false,
      missing: [],
    };
  });
}

/** Share of wells that failed at or below a severity. */
export function failedBelow(severity: number, variation: number): number {
  if (severity <= 0) return 0;
  const sigma = Math.sqrt(Math.log(1 + variation * variation));
  return normalBelow((Math.log(severity) + (sigma * sigma) / 2) / sigma);
}

/** Abramowitz and Stegun 26.2.17: within 1e-7. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}
