/** A production day: from the cut-off of one local day to the cut-off of the next, 23 to 25 hours where clocks change. */
import { DateTime } from 'luxon';
import { BalancinError } from '#schemas/errors.js';

export interface DayRule {
  /** IANA name. */
  readonly timeZone: string;
  /** When the production day begins, minutes after local midnight. */
  readonly cutOffMinutes: number;
}

export interface ProductionDay {
  /** Local date on which it begins, `YYYY-MM-DD`. */
  readonly day: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Throws USAGE where `day` is not a calendar day. */
export function productionDay(day: string, rule: DayRule): ProductionDay {
  const midnight = DateTime.fromFormat(day, 'yyyy-MM-dd', { zone: rule.timeZone });
  if (!midnight.isValid) throw new BalancinError('USAGE', `A day is written YYYY-MM-DD, not "${day}"`);
  return {
    day,
    fromMs: cutOffOn(midnight, rule).toMillis(),
    untilMs: cutOffOn(midnight.plus({ days: 1 }), rule).toMillis(),
  };
}

/** The production day that an instant falls into. */
export function productionDayAt(atMs: number, rule: DayRule): ProductionDay {
  const local = DateTime.fromMillis(atMs, { zone: rule.timeZone });
  const date = atMs < cutOffOn(local, rule).toMillis() ? local.minus({ days: 1 }) : local;
  return productionDay(date.toFormat('yyyy-MM-dd'), rule);
}

/** The newest production day that was over by then. */
export function lastProductionDay(atMs: number, rule: DayRule): ProductionDay {
  return productionDayAt(productionDayAt(atMs, rule).fromMs - 1, rule);
}

function cutOffOn(date: DateTime, rule: DayRule): DateTime {
  // Set, not added: on a day that clocks change, 06:00 is still 06:00.
  const hour = Math.floor(rule.cutOffMinutes / 60);
  return date.startOf('day').set({ hour, minute: rule.cutOffMinutes % 60 });
}
