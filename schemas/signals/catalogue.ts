/** Every signal by its canonical name. Add a sensor: one line in the file of its family. */
import { espSignals } from './esp.js';
import { gasLiftSignals } from './gasLift.js';
import { type QualityLimits, qualityLimits, unknownLimits } from './qualityLimits.js';
import { rodPumpSignals } from './rodPump.js';
import type { Signal } from './signal.js';
import { subseaSignals } from './subsea.js';
import { wellheadSignals } from './wellhead.js';

export const signals: readonly Signal[] = [
  ...wellheadSignals,
  ...subseaSignals,
  ...gasLiftSignals,
  ...espSignals,
  ...rodPumpSignals,
];

const byTag = new Map(signals.map((s) => [s.tag, s]));

/** Undefined for a tag that is not ours: it is stored like any other, and only the checks that need no knowledge run. */
export function signalOf(tag: string): Signal | undefined {
  return byTag.get(tag);
}

export function limitsOf(tag: string): QualityLimits {
  const known = byTag.get(tag);
  return known ? qualityLimits[known.kind] : unknownLimits;
}
