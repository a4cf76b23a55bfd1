/** The signals that an ESP's score may be made from: column names, units and ranges of the series it reads. */

interface SignalRange {
  readonly unit: string;
  /** Outside it the sensor is wrong, not the well: read as missing. */
  readonly low: number;
  readonly high: number;
}

const range = (unit: string, low: number, high: number): SignalRange => ({ unit, low, high });

// Ranges as in the catalogue of telemetry (schemas/signals), but for fractions: files give them as 0–1, and what is
// above 1.5 there is in per cent.
const ranges = {
  'esp.pip': range('kPa', 0, 70_000),
  'esp.pdp': range('kPa', 0, 70_000),
  'esp.ti': range('°C', -20, 250),
  'esp.tm': range('°C', -20, 350),
  'esp.te': range('°C', -20, 250),
  'esp.vx': range('g', -50, 50),
  'esp.vy': range('g', -50, 50),
  'esp.vz': range('g', -50, 50),
  'esp.vpk': range('g', 0, 50),
  'esp.leak': range('mA', 0, 100),
  'esp.insul': range('MΩ', 0, 10_000),
  'esp.ia': range('A', 0, 1000),
  'esp.ib': range('A', 0, 1000),
  'esp.ic': range('A', 0, 1000),
  'esp.vab': range('V', 0, 8000),
  'esp.vbc': range('V', 0, 8000),
  'esp.vca': range('V', 0, 8000),
  'esp.f': range('Hz', 0, 120),
  'esp.kw': range('kW', 0, 3000),
  'esp.pf': range('1', 0, 1),
  'esp.thd': range('%', 0, 100),
  'esp.rpm': range('1/min', -7200, 7200),
  'esp.run': range('1', 0, 1),
  'esp.trip': range('1', 0, 65_535),
  'well.whp': range('kPa', -101, 105_000),
  'well.chp': range('kPa', -101, 105_000),
  'well.flp': range('kPa', -101, 105_000),
  'well.wht': range('°C', -50, 250),
  'well.choke': range('%', -5, 105),
  'well.ql': range('m³/d', 0, 20_000),
  'well.qo': range('m³/d', 0, 20_000),
  'well.qw': range('m³/d', 0, 20_000),
  'well.qg': range('sm³/d', 0, 2e7),
  'well.wcut': range('1', 0, 1),
} as const;

export type SignalName = keyof typeof ranges;

/** In the order in which files are written; readers take any. */
export const signalNames = Object.keys(ranges) as readonly SignalName[];

export const signalRange: Readonly<Record<SignalName, SignalRange>> = ranges;

export function isSignalName(name: string): name is SignalName {
  return Object.hasOwn(ranges, name);
}

/** NaN for what no sensor of the kind can read: sentinels (−999, −99.99) fall here with everything else out of range. */
export function plausible(name: SignalName, value: number): number {
  const { unit, low, high } = ranges[name];
  const inUnit = unit === '1' && high === 1 && value > 1.5 && value <= 100 ? value / 100 : value;
  return inUnit >= low && inUnit <= high ? inUnit : Number.NaN;
}
