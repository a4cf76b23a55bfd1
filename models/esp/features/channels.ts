/** What is watched of an ESP hour by hour: each channel a quantity from which the operating point is taken out. */

/** What a channel tells of, as contributions and advice name it. */
export type ChannelGroup =
  | 'intake'
  | 'head'
  | 'load'
  | 'temperature'
  | 'electrical'
  | 'insulation'
  | 'vibration'
  | 'surface'
  | 'rate'
  | 'operation';

export interface Channel {
  readonly name: string;
  readonly group: ChannelGroup;
  /**
   * `level`: mean of the running minutes, against the well's own baseline; `spread`: logarithm of the scatter within the hour
   * of the level `of`, against its baseline; `count`: as it is.
   */
  readonly kind: 'level' | 'spread' | 'count';
  /** Steps at a change of frequency or choke, which is no anomaly: its level is taken up again after one. */
  readonly follows: boolean;
  readonly of?: string;
}

const level = (name: string, group: ChannelGroup, follows = true): Channel => ({
  name,
  group,
  kind: 'level',
  follows,
});
const spread = (name: string, group: ChannelGroup, of: string): Channel => ({
  name,
  group,
  kind: 'spread',
  follows: true,
  of,
});
const count = (name: string): Channel => ({ name, group: 'operation', kind: 'count', follows: false });

/** The order is the order of every row and tensor: append only, and train again. */
export const channels: readonly Channel[] = [
  level('intake', 'intake'),
  level('head', 'head'),
  level('lift', 'head'),
  level('amps', 'load'),
  level('power', 'load'),
  level('rise', 'temperature'),
  level('motorTemperature', 'temperature'),
  level('intakeTemperature', 'temperature'),
  level('currentImbalance', 'electrical', false),
  level('voltageImbalance', 'electrical', false),
  level('leakage', 'insulation', false),
  level('insulation', 'insulation', false),
  level('vibration', 'vibration'),
  level('vibrationPeak', 'vibration'),
  level('wellhead', 'surface'),
  level('casing', 'surface'),
  level('flowline', 'surface'),
  level('wellheadTemperature', 'surface'),
  level('rate', 'rate'),
  level('gasLiquid', 'rate'),
  level('waterCut', 'rate', false),
  level('powerFactor', 'electrical'),
  level('harmonics', 'electrical'),
  level('slip', 'load'),
  level('surfaceFlow', 'surface'),
  level('voltage', 'electrical', false),
  level('frequency', 'operation', false),
  level('choke', 'operation', false),
  level('headFactor', 'head'),
  level('loadFactor', 'load'),
  level('rateBalance', 'rate'),
  spread('ampsScatter', 'load', 'amps'),
  spread('intakeScatter', 'intake', 'intake'),
  spread('headScatter', 'head', 'head'),
  spread('vibrationScatter', 'vibration', 'vibration'),
  count('running'),
  count('starts'),
  count('trips'),
  count('gaugeLost'),
];

export const channelCount = channels.length;

export function channelIndex(name: string): number {
  return channels.findIndex((c) => c.name === name);
}

/** Channels that have a baseline: all before the counts. */
export const comparedCount = channels.filter((c) => c.kind !== 'count').length;
