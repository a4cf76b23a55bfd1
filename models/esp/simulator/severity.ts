/** How a failure grows: from nothing at its onset to the severity at which this well fails. */
import type { OnsetShape } from './ranges.js';

export interface Growth {
  readonly shape: OnsetShape;
  /** Days to a severity of 1. */
  readonly days: number;
  /** Of `power` and `exponential`. */
  readonly bend: number;
  /** Of `steps`: where along the way it jumps, rising, 0–1. */
  readonly jumps: readonly number[];
}

/** Severity some days after the onset; 1 after `days`, and on beyond. */
export function severityAt(growth: Growth, daysSinceOnset: number): number {
  if (daysSinceOnset <= 0) return 0;
  const x = daysSinceOnset / growth.days;
  switch (growth.shape) {
    case 'line':
      return x;
    case 'power':
      return x ** growth.bend;
    case 'exponential':
      return Math.expm1(growth.bend * Math.min(x, 2)) / Math.expm1(growth.bend);
    case 'logistic': {
      // Scaled to 0 at the onset and 1 at x = 1; goes on in a line beyond, for wells that fail late.
      const at = (y: number): number => 1 / (1 + Math.exp(-9 * (y - 0.5)));
      const scaled = (at(Math.min(x, 1)) - at(0)) / (at(1) - at(0));
      return scaled + Math.max(0, x - 1);
    }
    case 'steps': {
      const passed = growth.jumps.filter((jump) => jump <= x).length;
      return (0.7 * passed) / Math.max(growth.jumps.length, 1) + 0.3 * x + Math.max(0, x - 1) * 0.7;
    }
  }
}

/** Days after the onset at which a severity is first reached. */
export function daysToSeverity(growth: Growth, severity: number): number {
  let [low, high] = [0, 20 * growth.days];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (severityAt(growth, middle) >= severity) high = middle;
    else low = middle;
  }
  return high;
}
