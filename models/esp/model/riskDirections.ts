/** Which way a feature may move the risk, where practice knows: what holds in every field keeps trees from learning one by heart. */
import { channels } from '../features/channels.js';
import { signatureModes } from '../features/signatures.js';
import { summaryNames, summaryStatisticsCount } from '../features/summaryRow.js';

/** More of it is never good: domain.md B2, at constant frequency. */
const rising: ReadonlySet<string> = new Set([
  'leakage',
  'vibration',
  'vibrationPeak',
  'rise',
  'currentImbalance',
  'voltageImbalance',
]);
const falling: ReadonlySet<string> = new Set(['insulation', 'headFactor']);
/** How a level moves, apart from a day's greatest distance, whose sign is of either way. */
const loose: ReadonlySet<string> = new Set(['peak']);

/** In the order of `summaryNames`: 1, −1, or 0 for either way. */
export const riskDirections: Int8Array = Int8Array.from(summaryNames, (name, f) => {
  const [what = '', statistic = ''] = name.split('.');
  if (f >= channels.length * summaryStatisticsCount)
    return signatureModes.some((mode) => what === `${mode}-like`) ||
      (what.endsWith('-trend') && statistic !== 'lead')
      ? 1
      : 0;
  if (loose.has(statistic)) return 0;
  if (rising.has(what)) return 1;
  return falling.has(what) ? -1 : 0;
});
