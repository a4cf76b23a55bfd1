/** What the flow autoencoder sees: how five pressures and temperatures along the flow path moved in the last half hour. */
import type { FeatureSpec, MinuteStatistic } from '#pipelines/features/featureSpec.js';

const tags = ['well.pdg.p', 'well.tpt.p', 'well.tpt.t', 'well.choke.up.p', 'well.choke.down.t'] as const;
const statistics: readonly MinuteStatistic[] = [
  'std',
  'min',
  'max',
  'slope',
  'last',
  'step',
  'roughness',
  'ripple',
];

/**
 * Half an hour holds most of a slug's cycle (severe slugging has periods of 30–45 min) and is short enough to see a valve
 * close within two rows. Half of it is enough to score: a well just started is not blind for long.
 */
export const flowFeatureSpec: FeatureSpec = {
  name: 'flow-30min',
  windowMinutes: 30,
  stepMinutes: 5,
  tags,
  statistics,
  width: tags.length * statistics.length,
  coverageMin: 0.5,
  normalisation: 'dead-band-asinh',
  mask: 'nan',
};
