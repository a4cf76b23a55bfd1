/** When a signal of a kind is called dead or frozen, and what is mere noise: defaults, to be confirmed by field practice. */
import type { SignalKind } from './signal.js';

export interface QualityLimits {
  /**
   * Change that means nothing, in the signal's unit: about the resolution of a common gauge. The yardstick of features
   * and the least spread of a baseline.
   */
  readonly deadBand: number;
  /** Minutes without any change after which the sensor counts as frozen; null where standing still is normal. */
  readonly frozenMinutes: number | null;
  /** Largest change over that time that is still called none, in the signal's unit. */
  readonly frozenTolerance: number;
  /** Minutes of nothing but zero after which the sensor counts as dead; null where zero is a normal value. */
  readonly deadMinutes: number | null;
  /** Minutes without a usable sample, while the well's other sensors report, after which it counts as missing. */
  readonly missingMinutes: number;
}

/**
 * Gauges breathe, but historians that send on change hide it: in 3W's normal operation usable pressures stand still for up
 * to 45 min (P-TPT of well 1), temperatures for hours. The published rule (60 equal samples) would throw those away, so the
 * time is longer here: a frozen sensor is found late, a good one is kept.
 */
const gauge = { frozenMinutes: 60, frozenTolerance: 0, deadMinutes: 10, missingMinutes: 10 } as const;
/** Zero is what these read when the machine stands still or nothing flows. */
const idle = { frozenMinutes: null, frozenTolerance: 0, deadMinutes: null, missingMinutes: 10 } as const;
/** Set points, positions, counts: constant by nature, often sent on change only, so silence says little. */
const still = {
  frozenMinutes: null,
  frozenTolerance: 0,
  deadMinutes: null,
  missingMinutes: 24 * 60,
} as const;

/** Dead bands are common gauge resolutions [common practice, unless said otherwise]. */
export const qualityLimits: Readonly<Record<SignalKind, QualityLimits>> = {
  // 1 psi quantisation of downhole gauges is 6.9 kPa, topside transmitters do ten times better: between the two.
  pressure: { ...gauge, deadBand: 2 },
  // Sent in steps of 0.1 °C; a steady well keeps one value for long (T-TPT of well 1 for 30 min in the median file).
  temperature: { ...gauge, frozenMinutes: 240, deadBand: 0.1 },
  vibration: { ...idle, deadBand: 0.01 },
  // Drives report with 0.5 A.
  current: { ...idle, deadBand: 0.5 },
  leakage: { ...idle, deadBand: 0.1 },
  voltage: { ...idle, deadBand: 5 },
  frequency: { ...still, deadBand: 0.1 },
  power: { ...idle, deadBand: 1 },
  resistance: { ...still, deadBand: 0.5 },
  // Rates go to zero when a well is shut in; 24 m³/d is 1 m³/h.
  rate: { ...idle, deadBand: 24 },
  fraction: { ...still, deadBand: 0.5 },
  ratio: { ...still, deadBand: 1 },
  load: { ...idle, deadBand: 0.2 },
  torque: { ...idle, deadBand: 0.2 },
  length: { ...still, deadBand: 1 },
  speed: { ...still, deadBand: 0.1 },
  opening: { ...still, deadBand: 0.5 },
  state: { ...still, deadBand: 0.5 },
  counter: { ...still, deadBand: 1 },
  angle: { ...still, deadBand: 0.1 },
};

/** For tags that the catalogue does not know: nothing is assumed but that sentinels are not values. */
export const unknownLimits: QualityLimits = {
  deadBand: 0,
  frozenMinutes: null,
  frozenTolerance: 0,
  deadMinutes: null,
  missingMinutes: 24 * 60,
};
