/** From trends of a rod pump's figures to what may fail: named evidence a mode, added up as log-odds. */
import type { FigureTrend } from './figureHistory.js';
import { type RiskFigure, riskFigures } from './riskFigures.js';

export const rodPumpModes = ['rod_part', 'valve_leak', 'tubing_leak', 'stuck_pump'] as const;
export type RodPumpMode = (typeof rodPumpModes)[number];

/** Of a usual well within 30 days, before any evidence: about .6 failures a well-year, most of rods and valves [M]. */
const usualRisk: Readonly<Record<RodPumpMode, number>> = {
  rod_part: 0.015,
  valve_leak: 0.015,
  tubing_leak: 0.01,
  stuck_pump: 0.005,
};

/** Changes within so many spreads are no news. */
const quietSpreads = 1.5;
/** Log-odds for each spread beyond, for a weight of 1: a clear sign (6 spreads) multiplies the odds by 15 [M]. */
const logOddsASpread = 0.6;

interface Sign {
  readonly figure: RiskFigure;
  readonly side: 'up' | 'down';
  readonly weight: number;
}

/**
 * Domain notes B4, as trends: a leaking valve no longer carries the fluid's load; a pump that seizes is pulled harder up and
 * falls slower; rods part where they are overworked. A leak of the tubing shows on no card: its signs are of the rate alone,
 * against a card that stays what it was.
 */
const signs: Readonly<Record<RodPumpMode, readonly Sign[]>> = {
  rod_part: [
    { figure: 'goodman', side: 'up', weight: 0.8 },
    { figure: 'peakLoadKn', side: 'up', weight: 0.4 },
    { figure: 'partedShape', side: 'up', weight: 0.6 },
  ],
  valve_leak: [
    { figure: 'loadRangeKn', side: 'down', weight: 0.7 },
    { figure: 'fluidLoadKn', side: 'down', weight: 0.6 },
    { figure: 'fullness', side: 'down', weight: 0.6 },
    { figure: 'valveShape', side: 'up', weight: 0.6 },
  ],
  tubing_leak: [],
  stuck_pump: [
    { figure: 'loadRangeKn', side: 'up', weight: 0.5 },
    { figure: 'leastLoadKn', side: 'down', weight: 0.6 },
    { figure: 'peakLoadKn', side: 'up', weight: 0.4 },
    { figure: 'netStrokeM', side: 'down', weight: 0.5 },
  ],
};

/** Goodman loading from which rods are worn by every stroke, and log-odds for each tenth above it [M]. */
const goodmanWearing = 1;
const logOddsAGoodmanTenth = 0.35;
const goodmanTenthsMost = 6;
/** The rate that arrives, ÷ what the pump moves, against its usual share: log-odds for each tenth that is missing [M]. */
const logOddsAMissingTenth = 1.5;
const missingTenthsMost = 6;
/** A card that changed explains a rate that fell: so many spreads take the evidence of the rate away. */
const explainedSpreads = 4;

export interface RiskEvidence {
  readonly mode: RodPumpMode;
  readonly figure: RiskFigure;
  readonly logOdds: number;
}

export interface TrendRisk {
  /** An index between 0 and 1 in the way of a probability within 30 days: not calibrated, no field data stands behind it. */
  readonly risk: number;
  readonly mode: RodPumpMode;
  readonly modes: Readonly<Record<RodPumpMode, number>>;
  /** Largest first. */
  readonly evidence: readonly RiskEvidence[];
  /** What it did without. */
  readonly missing: readonly RiskFigure[];
}

type Trends = Partial<Record<RiskFigure, FigureTrend>>;

/** Null where no figure has a usual level yet. */
export function trendRisk(trends: Trends): TrendRisk | null {
  const known = (figure: RiskFigure): number => trends[figure]?.change ?? Number.NaN;
  if (riskFigures.every((figure) => Number.isNaN(known(figure)))) return null;
  const evidence: RiskEvidence[] = [];
  const add = (mode: RodPumpMode, figure: RiskFigure, logOdds: number) => {
    if (logOdds > 0) evidence.push({ mode, figure, logOdds });
  };
  for (const mode of rodPumpModes)
    for (const { figure, side, weight } of signs[mode]) {
      const change = known(figure);
      const beyond = (side === 'up' ? change : -change) - quietSpreads;
      add(mode, figure, weight * logOddsASpread * (Number.isNaN(beyond) ? 0 : beyond));
    }
  const goodman = trends.goodman?.recent ?? 0;
  const worn = Math.min(goodmanTenthsMost, (goodman - goodmanWearing) / 0.1);
  add('rod_part', 'goodman', logOddsAGoodmanTenth * worn);
  add('tubing_leak', 'rateM3D', missingRate(trends));
  const modes = Object.fromEntries(
    rodPumpModes.map((mode) => {
      const sum = evidence.reduce((all, each) => all + (each.mode === mode ? each.logOdds : 0), 0);
      const odds = (usualRisk[mode] / (1 - usualRisk[mode])) * Math.exp(sum);
      return [mode, odds / (1 + odds)];
    }),
  ) as Record<RodPumpMode, number>;
  const first = rodPumpModes.reduce((best, mode) => (modes[mode] > modes[best] ? mode : best));
  return {
    risk: 1 - rodPumpModes.reduce((none, mode) => none * (1 - modes[mode]), 1),
    mode: first,
    modes,
    evidence: evidence.sort((a, b) => b.logOdds - a.logOdds),
    missing: riskFigures.filter((figure) => Number.isNaN(known(figure))),
  };
}

/** Evidence of the rate: what is missing of it beyond what the pump moves less, while the card stays the same. */
function missingRate({ rateM3D, displacementM3D, loadRangeKn, fullness, strokesPerMinute }: Trends): number {
  if (rateM3D === undefined || !(rateM3D.usual > 0)) return 0;
  // Where the pump's displacement is not known, its speed stands for it.
  const moved = displacementM3D ?? strokesPerMinute;
  const share = moved !== undefined && moved.usual > 0 ? moved.recent / moved.usual : 1;
  const tenths = Math.min(missingTenthsMost, (share - rateM3D.recent / rateM3D.usual) / 0.1 - 0.5);
  const changed = [loadRangeKn?.change, fullness?.change].map((each) => Math.abs(each ?? 0) || 0);
  return logOddsAMissingTenth * tenths * Math.max(0, 1 - Math.max(...changed) / explainedSpreads);
}
