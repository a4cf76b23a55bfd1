/** Holds what was found on a recording against the label that it is filed under. */
import type { WellSummary } from './summary.js';

/** Classes of 3W, as its paper names them. */
const labels: Readonly<Record<number, string>> = {
  0: 'normal operation',
  1: 'abrupt BSW increase',
  2: 'spurious DHSV closure',
  3: 'severe slugging',
  4: 'flow instability',
  5: 'rapid productivity loss',
  6: 'quick choke restriction',
  7: 'scaling in choke',
  8: 'hydrate in line',
};

export function labelOf(well: WellSummary): string {
  return labels[well.class] ?? 'unlabelled';
}

/**
 * The model speaks up where most of its scores are above the threshold: single ones are to be expected, since the
 * threshold is set for a rate of false alarms.
 */
function foundBy(well: WellSummary): string[] {
  return [
    ...(well.processFindings > 0 ? ['detectors'] : []),
    ...(2 * well.scoresAbove > well.scores ? ['model'] : []),
  ];
}

/** Whether finding something, or nothing, is what the label asks for; null where there is no label. */
export function agrees(well: WellSummary): boolean | null {
  if (labels[well.class] === undefined) return null;
  return (well.class === 0) === (foundBy(well).length === 0);
}

export function verdictOf(well: WellSummary): string {
  const by = foundBy(well).join(' and ');
  if (agrees(well) === null) return by === '' ? 'nothing found' : `found by ${by}`;
  if (well.class === 0) return by === '' ? '✔ quiet' : `✘ false alarm of ${by}`;
  return by === '' ? '✘ missed' : `✔ found by ${by}`;
}
