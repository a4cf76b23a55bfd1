/** Plays a made-up well through the rules, in cycles, with restores between them. */
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { Operator } from '#pipelines/operator.js';
import { wellForTest, windowBatchOf } from '../features/minuteSeries.js';
import { createWellRuleOperator } from './wellRuleOperator.js';
import { ruleTags } from './wellRule.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';

/** Values of a minute, by tag. */
export type Trace = (minute: number) => Readonly<Record<string, number>>;
export const minuteSeriesTags: readonly string[] = ruleTags;

type WellOperator = Operator<WindowBatch, Anomaly> & { readonly refused: number };

/** With a classifier that goes by the range of a quarter of an hour alone: unstable from 100 kPa on. */
export function wellOperator(options: { readonly slotsMax?: number } = {}): WellOperator {
  return createWellRuleOperator({
    tagName: (_tenant, id) => ruleTags[id] ?? '',
    flow: {
      probability: (features) => ((features[2] ?? 0) > Math.log(101) ? 0.9 : 0.1),
      openAt: 0.8,
      closeBelow: 0.5,
      usualKpa: [20, 100],
    },
    wanted: (tenant) => tenant.machineLearning,
    ...options,
  });
}

export function play(
  operator: WellOperator,
  trace: Trace,
  minutes: number,
  options: {
    readonly from?: number;
    readonly wellId?: number;
    readonly machineLearning?: boolean;
    readonly cycleMinutes?: number;
    /** Every so many minutes the state is written and read by a new operator; 0: never. */
    readonly restoreEvery?: number;
  } = {},
): Anomaly[] {
  const { from = 0, wellId = 1, machineLearning = true, cycleMinutes = 1, restoreEvery = 0 } = options;
  const well = wellForTest(wellId, { machineLearning });
  const found: Anomaly[] = [];
  const emit = (a: Anomaly): void => void found.push({ ...a });
  let current = operator;
  for (let m = from; m < from + minutes; m++) {
    const rows = Object.entries(trace(m)).map(([tag, value]) => ({
      well,
      tagId: ruleTags.indexOf(tag as (typeof ruleTags)[number]),
      minute: m,
      values: [value],
    }));
    current.process(windowBatchOf(rows), emit);
    if ((m + 1 - from) % cycleMinutes === 0) current.endCycle?.({ nowMs: 0 }, emit);
    if (restoreEvery > 0 && (m + 1) % restoreEvery === 0) {
      const next = wellOperator();
      current.state?.drainAll({ put: (key, value) => next.state?.restore(key, value), remove: () => {} });
      current = next;
    }
  }
  current.endCycle?.({ nowMs: 0 }, emit);
  return found;
}
