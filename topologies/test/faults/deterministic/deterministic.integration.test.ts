/** Layer 1 at the size of a test: some hundred schedules, each with its faults. */
import test from 'ava';
import { seedOf } from '../random.js';
import { Coverage } from './coverage.js';
import { describe } from './deterministicLayer.js';
import { unchanged } from './mutation.js';
import { playSchedule } from './schedule.js';
import { openStage } from './stage.js';

const seed = 20_260_921;
const schedules = 150;

test.serial('whatever dies or is lost, nothing is lost and nothing is there twice', async (t) => {
  t.timeout(300_000);
  const stage = await openStage(unchanged, t);
  t.teardown(async () => await stage.close());
  const coverage = new Coverage();
  for (let n = 0; n < schedules; n++) {
    const played = await playSchedule(stage, seedOf(seed, n));
    coverage.add(played.coverage);
    if (played.failures.length > 0) return t.fail(describe(played));
  }
  t.log(coverage.table());
  t.deepEqual(coverage.gaps(), []);
});

test.serial('a seed plays the same schedule again, another seed another', async (t) => {
  const stage = await openStage(unchanged, t);
  t.teardown(async () => await stage.close());
  for (let n = 0; n < 3; n++) {
    const first = await playSchedule(stage, seedOf(seed, n));
    const again = await playSchedule(stage, seedOf(seed, n));
    t.deepEqual(again.trace, first.trace);
    const other = await playSchedule(stage, seedOf(seed, n + 1));
    t.notDeepEqual(other.trace, first.trace);
  }
});
