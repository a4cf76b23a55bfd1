/** Why a sensor's samples were not usable, from the quality codes that were seen. */
import { badFrom, quality } from '#schemas/signals/quality.js';
import type { DailyTexts } from './daily.texts.js';

const causes = Object.entries(quality).filter(([, code]) => code >= badFrom) as [
  Exclude<keyof typeof quality, 'good'>,
  number,
][];

/** Keys into the texts, worst known first; `silent` alone where no sample came. */
export function sensorCauses(signal: {
  readonly samples: number;
  readonly flags: number;
}): (keyof DailyTexts)[] {
  if (signal.samples === 0) return ['silent'];
  const seen = causes.filter(([, code]) => (signal.flags & (1 << code)) !== 0).map(([name]) => name);
  // Plain 'bad' says nothing where a reason is known.
  const reasons = seen.filter((name) => name !== 'bad');
  return reasons.length > 0 ? reasons : seen;
}
