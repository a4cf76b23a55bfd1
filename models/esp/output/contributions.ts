/** Which signals move a risk, how they move, and what is new since yesterday: read from the trees' own ways. */
import { type ChannelGroup, channels } from '../features/channels.js';
import { summaryNames, summaryWidth } from '../features/summaryRow.js';
import { type BoostedTrees, treesShares } from '../model/boostedTrees.js';

export interface Contribution {
  readonly channel: string;
  readonly group: ChannelGroup;
  /** Of the log-odds of a failure within 7 days; above 0 raises them. */
  readonly share: number;
  readonly shareYesterday: number | null;
  /** Distance from the well's baseline: of the last day, of the last week, and how the week changed on the two before. */
  readonly day: number;
  readonly week: number;
  readonly change7: number;
}

const groupOf = new Map(channels.map((c) => [c.name, c.group]));
/** By feature: the channel it is of; null for signatures and general ones, whose parts are channels themselves. */
const channelOf = summaryNames.map((name) => {
  const channel = name.split('.')[0] ?? '';
  return groupOf.has(channel) ? channel : null;
});

/** What each channel moves the log-odds by, of all trees together; signatures stand under their own name. */
export type ChannelShares = ReadonlyMap<string, number>;

export function channelShares(trees: readonly BoostedTrees[], summary: Float32Array, at = 0): ChannelShares {
  const shares = new Float64Array(summaryWidth);
  for (const each of trees) treesShares(each, summary, at, shares);
  const sums = new Map<string, number>();
  for (const [f, channel] of channelOf.entries()) {
    const name = channel ?? (summaryNames[f] as string).split('.')[0] ?? '';
    const share = (shares[f] as number) / trees.length;
    if (share !== 0) sums.set(name, (sums.get(name) ?? 0) + share);
  }
  return sums;
}

/** The `most` that raise the risk, greatest first. `before` is of the score before, null where there is none. */
export function contributionsOf(
  now: ChannelShares,
  before: ChannelShares | null,
  summary: Float32Array,
  at = 0,
  most = 5,
): Contribution[] {
  const value = (channel: string, statistic: string): number =>
    summary[at + summaryNames.indexOf(`${channel}.${statistic}`)] as number;
  return [...now]
    .filter(([channel, share]) => share > 0 && groupOf.has(channel))
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([channel, share]) => ({
      channel,
      group: groupOf.get(channel) as ChannelGroup,
      share,
      shareYesterday: before === null ? null : (before.get(channel) ?? 0),
      day: value(channel, 'day'),
      week: value(channel, 'week'),
      change7: value(channel, 'change7'),
    }));
}
