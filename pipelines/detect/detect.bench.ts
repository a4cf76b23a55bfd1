/** What detection costs a closed minute of a sensor, and how large its state is. */
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import type { Bench, BenchSize } from '#ops/bench/bench.js';
import { measure, measureTimes } from '#ops/bench/measure.js';
import { resultHash } from '#ops/bench/resultHash.js';
import { benchMinutes, benchTags } from '../features/minuteSeries.js';
import { createDetectOperator } from './detectOperator.js';

const wellsOf = { smoke: 4, full: 512 } as const;
const minutesOf = { smoke: 120, full: 60 } as const;

export const bench: Bench = {
  name: 'detect',
  about:
    'Closed one-minute windows to findings: data quality, robust level and novelty, steady state after the warm-up.',
  run(size: BenchSize) {
    const wells = wellsOf[size];
    const minutes = minutesOf[size];
    const operator = createDetectOperator({ tagName: (_tenant, id) => benchTags[id] ?? '' });
    const batches = benchMinutes(wells, minutes);
    const units = wells * benchTags.length * minutes;
    const found: Anomaly[] = [];
    let round = 0;
    const { rate } = measure(
      () => {
        for (const batch of batches) advance(batch, round === 0 ? 0 : minutes * 60_000);
        for (const batch of batches) {
          operator.process(batch, (a) => void (round === 0 && found.push({ ...a })));
          operator.endCycle?.({ nowMs: 0 }, (a) => void (round === 0 && found.push({ ...a })));
        }
        round++;
      },
      { units, ...measureTimes[size] },
    );
    let stateBytes = 0;
    operator.state?.drainAll({ put: (_key, value) => (stateBytes += value.byteLength), remove: () => {} });
    return {
      inputs: { wells, tags: benchTags.length, minutes },
      cases: [
        {
          name: 'quality, robust level and novelty',
          unit: 'rows',
          rate,
          ratioToFloor: null,
          hash: resultHash(found.flatMap((a) => [a.well.wellId, a.startMs, a.endMs ?? 0])),
          figures: {
            nsPerRow: 1e9 / rate,
            findings: found.length,
            stateBytesPerTag: stateBytes / (wells * benchTags.length),
          },
        },
      ],
    };
  },
};

/** The same minutes again, later. */
function advance(batch: WindowBatch, byMs: number): void {
  for (let i = 0; i < batch.length; i++) batch.startMs[i] = (batch.startMs[i] as number) + byMs;
}
