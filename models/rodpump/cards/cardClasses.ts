/** The classes of surface cards, as the data names them, and the eight groups of those that look alike. */

export const cardClasses = [
  'DOUBLE_VALVE_LEAKAGE',
  'GAS_EFFECTIVE',
  'LIQUID_NOT_ENOUGH',
  'OIL_ROD_LEAKAGE',
  'OIL_TO_DENSE',
  'PUMP_DOWN_BANG',
  'PUMP_UP_BANG',
  'REGULAR_WORK',
  'ROD_BROKEN',
  'STATIC_VALVE_LEAKAGE',
  'TRAVELLING_VALVE_LEAKAGE',
  'WORK_WITH_FLOAT',
] as const;

/** Group of each class, in their order: REGULAR+FLOAT+OIL_ROD, GAS+LIQUID, DOUBLE+TRAVELLING, the rest alone. */
export const cardGroups = [0, 1, 1, 2, 3, 4, 5, 2, 6, 7, 0, 2] as const;
export const cardGroupCount = 8;

/** A tubing leak looks like regular work on a card: without a rate it is no fault that a card can assert. */
const noFaults: ReadonlySet<string> = new Set(['REGULAR_WORK', 'WORK_WITH_FLOAT', 'OIL_ROD_LEAKAGE']);

export function isFault(name: string): boolean {
  return !noFaults.has(name);
}
