/** A cron pattern as sets of numbers: node-cron reads it, so that what it accepts is what we accept. */
import { parse, validateDetailed } from 'node-cron';
import { BalancinError } from '#schemas/errors.js';

export interface CronFields {
  /** Ascending. */
  readonly minutes: readonly number[];
  /** Ascending. */
  readonly hours: readonly number[];
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
}

/** Throws CONFIG_INVALID where the pattern is not five fields of plain cron. */
export function cronFields(pattern: string): CronFields {
  const parts = pattern.trim().split(/\s+/);
  const { valid, errors } = validateDetailed(pattern);
  if (!valid || parts.length !== 5) {
    const why = errors.map((error) => error.message).join('; ') || `it has ${parts.length} fields`;
    throw new BalancinError(
      'CONFIG_INVALID',
      `Cron pattern "${pattern}" must have five valid fields: ${why}`,
    );
  }
  const parsed = parse(pattern);
  return {
    minutes: parsed.minute.toSorted((a, b) => a - b),
    hours: parsed.hour.toSorted((a, b) => a - b),
    daysOfMonth: new Set(numbers(pattern, parsed.dayOfMonth)),
    months: new Set(parsed.month),
    daysOfWeek: new Set(numbers(pattern, parsed.dayOfWeek).map((day) => day % 7)),
  };
}

function numbers(pattern: string, field: readonly (number | string)[]): number[] {
  return field.map((value) => {
    const number = Number(value);
    if (!Number.isInteger(number)) {
      // L, W and # are node-cron's extensions: our slot arithmetic does not know them, so they must not pass silently.
      throw new BalancinError('CONFIG_INVALID', `Cron pattern "${pattern}": "${value}" is not supported`);
    }
    return number;
  });
}
