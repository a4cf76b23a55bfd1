/** A whole number that an option gives. */
import { BalancinError } from '#schemas/errors.js';

const greatest = 1_000_000;

/** Throws USAGE, naming the option. */
export function wholeNumber(name: string, given: string, least: number): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < least || value > greatest)
    throw new BalancinError('USAGE', `--${name} takes a whole number from ${least}`);
  return value;
}
