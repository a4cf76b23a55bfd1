/** What is known of a kind of measurement: its unit, where it can physically be, how it behaves when it is well. */

/** SI inside; edges convert. A dimensionless number is `1`. */
export type Unit =
  | 'kPa'
  | '°C'
  | 'A'
  | 'mA'
  | 'V'
  | 'Hz'
  | 'kW'
  | 'MΩ'
  | 'g'
  | '%'
  | 'm³/d'
  | 'sm³/d'
  | 'm³/m³'
  | 'm³/s'
  | 'm'
  | 'kN'
  | 'kN·m'
  | '1/min'
  | 'h'
  | '°'
  | '1';

/** Signals of a kind share their data-quality limits (`qualityLimits.ts`). */
export type SignalKind =
  | 'pressure'
  | 'temperature'
  | 'vibration'
  | 'current'
  | 'leakage'
  | 'voltage'
  | 'frequency'
  | 'power'
  | 'resistance'
  | 'rate'
  | 'fraction'
  | 'ratio'
  | 'load'
  | 'torque'
  | 'length'
  | 'speed'
  | 'opening'
  | 'state'
  | 'counter'
  | 'angle';

export interface Texts {
  readonly es: string;
  readonly en: string;
}

export interface Signal {
  /** Canonical name: what frames, tables and feature specs call it. */
  readonly tag: string;
  readonly kind: SignalKind;
  readonly unit: Unit;
  /** Physical range, in `unit`, both ends possible: outside it the sensor is wrong, not the well. */
  readonly low: number;
  readonly high: number;
  readonly description: Texts;
}

/** One row of the catalogue. */
export function signal(
  tag: string,
  kind: SignalKind,
  unit: Unit,
  range: readonly [low: number, high: number],
  es: string,
  en: string,
): Signal {
  return { tag, kind, unit, low: range[0], high: range[1], description: { es, en } };
}
