/** Features with a model behind them, of the pump, of the motor or of how a failure looks: half of the trees do without. */
import { summaryNames } from '../features/summaryRow.js';

const channels = [
  'headFactor',
  'loadFactor',
  'rateBalance',
  'rise',
  'lift',
  'slip',
  'surfaceFlow',
  'gasLiquid',
  'powerFactor',
] as const;

/**
 * Places in `summaryNames`. A model that does not fit a field misleads all trees alike; trees that see plain signals only err
 * elsewhere, and the mean of both errs least.
 */
export const modelledFeatures: ReadonlySet<number> = new Set(
  summaryNames.flatMap((name, f) => {
    const what = name.split('.')[0] ?? '';
    const isLikeness = what.endsWith('-like') || what.endsWith('-trend');
    return isLikeness || (channels as readonly string[]).includes(what) ? [f] : [];
  }),
);
