/**
 * What trees learn: the chance of a failure as it is for who knows the pump's true severity, since when exactly a well gives
 * out is an accident that no signal tells, and learning accidents by heart costs accuracy.
 */
import { dayMs } from '../dayScore.js';
import { failedBelow } from '../judge/oracle.js';
import { type Degradation, drawLife, severityAtFailureLimits, severityOf } from '../simulator/life.js';
import { type FleetOptions, fleetWell } from './trainingFleet.js';

/** Of a failure within 7 days, and of one in days 7 to 30 given none before, at a time. */
export type RiskAt = (timeMs: number) => readonly [within7: number, later: number];

const horizonDays = [7, 30] as const;

/** One a well of the fleet, in its order; 0 throughout for those whose failure gives no sign, or that never fail. */
export function severityTargets(options: FleetOptions): RiskAt[] {
  return Array.from({ length: options.wells }, (_, i) => {
    const { simulation } = fleetWell(options, options.from + i);
    const { ranges } = simulation;
    // Set points take no part in how a well fails.
    const life = drawLife(ranges, { ...simulation, frequencyHz: 50, choke: 50 });
    const failing = life.failure === null || life.failure.sudden ? undefined : life.degradations[0];
    if (failing === undefined) return () => [0, 0];
    return (timeMs) => {
      const failed = [0, ...horizonDays].map((days) =>
        failedAt(failing, timeMs + days * dayMs, ranges.severityVariation),
      );
      const [now = 0, in7 = 0, in30 = 0] = failed;
      return [between(now, in7), between(in7, in30)];
    };
  });
}

/** Of wells that did not fail before. */
function between(before: number, after: number): number {
  return before >= 1 ? 1 : (after - before) / (1 - before);
}

function failedAt(failing: Degradation, timeMs: number, variation: number): number {
  const severity = severityOf(failing, timeMs);
  const [least, most] = severityAtFailureLimits;
  if (severity < least) return 0;
  return severity >= most ? 1 : failedBelow(severity, variation);
}
