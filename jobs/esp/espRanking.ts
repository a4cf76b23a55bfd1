/** A tenant's ESPs in the order in which a crew should look at them, beside those that leave the ranking and why. */
import type { FailureRisk } from '#schemas/records/espRisk.js';
import { rankWells } from '#models/esp/output/priority.js';
import {
  fitWeibull,
  kaplanMeier,
  type SurvivalStep,
  type Weibull,
  weibullRisk,
  withFleetPrior,
} from '#models/esp/output/runLives.js';
import type { DaysDown } from './daysDown.js';
import type { EspRiskRow } from './readEspRisks.js';
import type { EspOutcomeRecord } from './readOutcomes.js';
import { pulledWells, runLivesOf } from './runLivesOf.js';

/** Its risk is with the fleet's prior where the well is little known, and equal to the model's own where it is. */
export interface RankedEsp extends FailureRisk {
  readonly rank: number;
  readonly row: EspRiskRow;
  /** What the fleet's survival says of a pump of that age, within 7 days; null without a failure to learn from. */
  readonly fleetRisk7: number | null;
  readonly deferredM3PerDay: number;
  readonly deferredOf: 'oil' | 'liquid' | 'oil recorded';
  readonly expectedDaysDown: number;
  readonly expectedLossM3: number;
  readonly changes: EspChanges;
}

/** Since the score before. */
export interface EspChanges {
  readonly risk7: number | null;
  readonly health: number | null;
  /** What the mode was, where it is another now. */
  readonly modeBefore: string | null;
  readonly since: 'first' | 'yesterday';
  /** Channel whose part in the log-odds grew most, and by how much. */
  readonly grew: { readonly channel: string; readonly by: number } | null;
}

export type LeftReason = 'pulled' | 'shut-in' | 'down' | 'silent' | 'no-rate';

export interface EspRanking {
  readonly atMs: number;
  readonly ranked: readonly RankedEsp[];
  /** What the drift job found of the models that spoke: look at the sensors before the ranking is trusted. */
  readonly drift: readonly ModelFinding[];
  readonly left: readonly { readonly row: EspRiskRow; readonly reason: LeftReason }[];
  readonly fleet: {
    readonly lives: number;
    readonly failures: number;
    readonly weibull: Weibull | null;
    readonly survival: readonly SurvivalStep[];
    /** Age that half of the pumps outlive, by the Weibull fit. */
    readonly medianDays: number | null;
  };
}

/** Open: it has not been seen to be over. */
export interface ModelFinding {
  readonly version: string;
  readonly kind: 'psi' | 'calibration';
  /** A channel of the model, or its risk. */
  readonly subject: string;
  readonly openedMs: number;
}

export interface RankingInput {
  readonly rows: readonly EspRiskRow[];
  readonly records: readonly EspOutcomeRecord[];
  /** Mean recorded oil of producing days, m³/d, by well: used where the signals tell no rate. */
  readonly recordedOil: ReadonlyMap<number, number>;
  readonly daysDown: DaysDown;
  readonly drift?: readonly ModelFinding[];
  readonly nowMs: number;
}

/** A score a day: older than this, the well is silent. */
const staleMs = 36 * 3_600_000;

export function rankEsps(input: RankingInput): EspRanking {
  const { rows, records, nowMs } = input;
  const lives = runLivesOf(records, nowMs);
  const weibull = fitWeibull(lives);
  const out = pulledWells(records);
  const left: { row: EspRiskRow; reason: LeftReason }[] = [];
  const candidates = new Map<string, Omit<RankedEsp, 'rank' | 'expectedLossM3'>>();
  for (const row of rows) {
    const rate = rateOf(row, input.recordedOil);
    const reason = leftReason(row, out, rate !== null, nowMs);
    if (reason !== null || rate === null) left.push({ row, reason: reason ?? 'no-rate' });
    else
      candidates.set(`${row.wellId}`, {
        ...withFleet(row, weibull),
        ...rate,
        row,
        changes: changesOf(row),
        expectedDaysDown: input.daysDown.bySite.get(row.site) ?? input.daysDown.others,
      });
  }
  const order = rankWells(
    [...candidates].map(([well, { risk7, deferredM3PerDay, expectedDaysDown }]) => ({
      well,
      risk7,
      deferredM3D: deferredM3PerDay,
      expectedDaysDown,
      producing: true,
    })),
  );
  const failures = lives.filter(({ failed }) => failed).length;
  return {
    atMs: nowMs,
    ranked: order.map(({ well, expectedLossM3 }, i) => ({
      rank: i + 1,
      ...(candidates.get(well) as Omit<RankedEsp, 'rank' | 'expectedLossM3'>),
      expectedLossM3,
    })),
    left,
    drift: input.drift ?? [],
    fleet: {
      lives: lives.length,
      failures,
      weibull,
      survival: kaplanMeier(lives),
      medianDays: weibull === null ? null : weibull.scaleDays * Math.LN2 ** (1 / weibull.shape),
    },
  };
}

function leftReason(
  row: EspRiskRow,
  out: ReadonlySet<number>,
  hasRate: boolean,
  nowMs: number,
): LeftReason | null {
  if (out.has(row.wellId)) return 'pulled';
  if (row.status !== 'active') return 'shut-in';
  if (!row.producing) return 'down';
  if (nowMs - row.atMs > staleMs) return 'silent';
  return hasRate ? null : 'no-rate';
}

function rateOf(
  row: EspRiskRow,
  recordedOil: ReadonlyMap<number, number>,
): Pick<RankedEsp, 'deferredM3PerDay' | 'deferredOf'> | null {
  const recorded = recordedOil.get(row.wellId);
  if (row.deferredOf !== 'oil' && recorded !== undefined)
    return { deferredM3PerDay: recorded, deferredOf: 'oil recorded' };
  if (row.deferredM3PerDay === null || row.deferredOf === null) return null;
  return { deferredM3PerDay: row.deferredM3PerDay, deferredOf: row.deferredOf };
}

type Risks = Pick<
  RankedEsp,
  'risk7' | 'risk7Low' | 'risk7High' | 'risk30' | 'risk30Low' | 'risk30High' | 'fleetRisk7'
>;

function withFleet(row: EspRiskRow, weibull: Weibull | null): Risks {
  const { risk7, risk7Low, risk7High, risk30, risk30Low, risk30High, maturity, runLifeDays } = row;
  const own = { risk7, risk7Low, risk7High, risk30, risk30Low, risk30High };
  if (weibull === null) return { ...own, fleetRisk7: null };
  const fleet7 = weibullRisk(weibull, runLifeDays, 7);
  const fleet30 = weibullRisk(weibull, runLifeDays, 30);
  // What is known of no baseline says as much as the fleet alone.
  const known = row.known ? maturity : 0;
  const mixed7 = (p: number): number => withFleetPrior(p, fleet7, known);
  // Mixed apart they might cross.
  const mixed30 = (p: number, p7: number): number => Math.max(withFleetPrior(p, fleet30, known), mixed7(p7));
  return {
    risk7: mixed7(risk7),
    risk7Low: mixed7(risk7Low),
    risk7High: mixed7(risk7High),
    risk30: mixed30(risk30, risk7),
    risk30Low: mixed30(risk30Low, risk7Low),
    risk30High: mixed30(risk30High, risk7High),
    fleetRisk7: fleet7,
  };
}

function changesOf({ risk7, health, mode, detail }: EspRiskRow): EspChanges {
  const { yesterday, contributions } = detail;
  const grew = contributions
    .filter(({ shareYesterday }) => shareYesterday !== null)
    .map(({ channel, share, shareYesterday }) => ({ channel, by: share - (shareYesterday ?? 0) }))
    .sort((a, b) => b.by - a.by)[0];
  if (yesterday === null) return { risk7: null, health: null, modeBefore: null, since: 'first', grew: null };
  return {
    risk7: risk7 - yesterday.risk7,
    health: health - yesterday.health,
    modeBefore: mode === yesterday.mode ? null : yesterday.mode,
    since: 'yesterday',
    grew: grew !== undefined && grew.by > 0 ? grew : null,
  };
}
