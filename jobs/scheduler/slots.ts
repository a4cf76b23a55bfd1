/** The instants at which a schedule is due, by arithmetic alone: no clock, no database. */
import { DateTime } from 'luxon';
import { type CronFields, cronFields } from './cronFields.js';
import type { Schedule } from './job.js';

const minuteMs = 60_000;
const hoursADay = 24;

/**
 * Slots in (afterMs, untilMs], ascending, at most the newest `slotsMax`.
 *
 * Where clocks change: a pattern that names hours is due once each local day it names. A local time that does not
 * exist falls as long after midnight as it would have, and one that exists twice is due the first time. A pattern with
 * every hour in it (`*`) is due by elapsed time: every real hour, none twice, none left out.
 */
export function slotsBetween(
  schedule: Schedule,
  range: { readonly afterMs: number; readonly untilMs: number; readonly slotsMax: number },
): number[] {
  const fields = cronFields(schedule.pattern);
  const slots: number[] = [];
  const firstDay = DateTime.fromMillis(range.afterMs, { zone: schedule.timeZone }).startOf('day');
  let day = DateTime.fromMillis(range.untilMs, { zone: schedule.timeZone }).startOf('day');
  // Newest day first, so that a long standstill costs only the days that can still matter.
  while (day >= firstDay && slots.length < range.slotsMax) {
    if (isDueOn(day, fields)) {
      const ofDay = slotsOfDay(day, fields).filter((slot) => slot > range.afterMs && slot <= range.untilMs);
      slots.push(...ofDay.reverse());
    }
    day = day.minus({ days: 1 }).startOf('day');
  }
  return slots.slice(0, range.slotsMax).reverse();
}

/** As cron has it: where day of month and day of week are both restricted, either is enough. */
function isDueOn(day: DateTime, fields: CronFields): boolean {
  if (!fields.months.has(day.month)) return false;
  const ofMonth = fields.daysOfMonth.has(day.day);
  const ofWeek = fields.daysOfWeek.has(day.weekday % 7);
  const monthIsFree = fields.daysOfMonth.size >= 31;
  const weekIsFree = fields.daysOfWeek.size >= 7;
  return monthIsFree || weekIsFree ? ofMonth && ofWeek : ofMonth || ofWeek;
}

function slotsOfDay(day: DateTime, fields: CronFields): number[] {
  return fields.hours.length === hoursADay ? byElapsedTime(day, fields) : byLocalTime(day, fields);
}

function byLocalTime(day: DateTime, fields: CronFields): number[] {
  const slots = new Set<number>();
  for (const hour of fields.hours) {
    for (const minute of fields.minutes) slots.add(day.set({ hour, minute }).toMillis());
  }
  return [...slots].sort((a, b) => a - b);
}

function byElapsedTime(day: DateTime, fields: CronFields): number[] {
  const due = new Set(fields.minutes);
  const end = day.plus({ days: 1 }).startOf('day').toMillis();
  const slots: number[] = [];
  for (let at = day.toMillis(); at < end; at += minuteMs) {
    const localMinute = (((at / minuteMs + day.zone.offset(at)) % 60) + 60) % 60;
    if (due.has(localMinute)) slots.push(at);
  }
  return slots;
}
