/** What feature rows cost a closed minute of a tag, and how large their state is. */
import type { Bench, BenchSize } from '#ops/bench/bench.js';
import { measure, measureTimes } from '#ops/bench/measure.js';
import { resultHash } from '#ops/bench/resultHash.js';
import { createFeatureOperator } from './featureOperator.js';
import { type FeatureSpec, minuteStatistics } from './featureSpec.js';
import { benchMinutes, benchTags } from './minuteSeries.js';

const wellsOf = { smoke: 4, full: 512 } as const;
const minutes = 60;
const tags = benchTags.slice(0, 5);
const spec: FeatureSpec = {
  name: 'bench',
  windowMinutes: 30,
  stepMinutes: 5,
  tags,
  statistics: minuteStatistics,
  width: tags.length * minuteStatistics.length,
  coverageMin: 0.5,
  normalisation: 'dead-band-asinh',
  mask: 'nan',
};

export const bench: Bench = {
  name: 'features',
  about: 'Closed one-minute windows to feature rows: 30 minutes of 5 tags among 10, a row every 5 minutes.',
  run(size: BenchSize) {
    const wells = wellsOf[size];
    const operator = createFeatureOperator(spec, { tagName: (_tenant, id) => benchTags[id] ?? '' });
    const batches = benchMinutes(wells, minutes);
    const units = wells * benchTags.length * minutes;
    let round = 0;
    let rows = 0;
    let sum = 0;
    const { rate } = measure(
      () => {
        for (const batch of batches) {
          if (round > 0)
            for (let i = 0; i < batch.length; i++)
              batch.startMs[i] = (batch.startMs[i] as number) + minutes * 60_000;
          operator.process(batch, () => {});
          operator.endCycle?.({ nowMs: 0 }, (out) => {
            if (round > 0) return;
            rows += out.length;
            for (let i = 0; i < out.length * out.width; i++)
              sum += Math.round((out.values[i] as number) * 1000);
          });
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
          name: '40 features a row',
          unit: 'rows',
          rate,
          ratioToFloor: null,
          hash: resultHash([rows, sum]),
          figures: { nsPerRow: 1e9 / rate, featureRows: rows, stateBytesPerWell: stateBytes / wells },
        },
      ],
    };
  },
};
