/** Laws of the counted commit times. */
import test from 'ava';
import { addCommitTime, quantileMs } from './commitTimes.js';

test('a quantile is at most a fifth above the true one, and never below it', (t) => {
  const times: Record<string, number> = {};
  for (let ms = 1; ms <= 1000; ms++) addCommitTime(times, ms);
  for (const quantile of [0.01, 0.5, 0.9, 0.99, 1]) {
    const told = quantileMs(times, quantile);
    t.true(told >= quantile * 1000 - 0.1 && told <= quantile * 1000 * 1.2 + 0.1, `${quantile}: ${told}`);
  }
});

test('there are few steps between a millisecond and ten minutes', (t) => {
  const times: Record<string, number> = {};
  for (let ms = 0.1; ms < 600_000; ms *= 1.01) addCommitTime(times, ms);
  t.true(Object.keys(times).length < 100);
});

test('without a commit every quantile is 0', (t) => {
  t.is(quantileMs({}, 0.5), 0);
});
