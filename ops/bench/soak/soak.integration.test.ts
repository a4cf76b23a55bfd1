import test from 'ava';
import { kafkaMissing } from '#ops/servers/kafka.js';
import { needs } from '#ops/servers/needs.js';
import { memoryTrend } from './memoryTrend.js';
import { soak } from './soak.js';

const kafkaTest = needs(test, await kafkaMissing());

kafkaTest('a few seconds of soak store every sample that was sent', async (t) => {
  const result = await soak({
    minutes: 0.12,
    samplesPerSecond: 100_000,
    lookMs: 1_000,
    shape: { wells: 8, tags: 4, samples: 60, rounds: 0, dirty: false },
    durable: false,
    progress: () => {},
  });
  t.true(result.frames > 500);
  t.is(result.restarts, 0);
});

test('the trend compares the last third with the second, and warm-up does not count', (t) => {
  t.is(memoryTrend([9, 9, 1, 1, 1, 1]).ratio, 1);
  t.is(memoryTrend([1, 1, 1, 1, 2, 2]).ratio, 2);
  t.is(memoryTrend([1, 1, 1, 2, 2, 2, 2, 50, 2]).ratio, 1);
  t.throws(() => memoryTrend([1, 2]), { instanceOf: RangeError });
});
