/** Layer 1 at the size of a test: some hundred schedules, each with its faults, and every mutant once. */
import test from 'ava';
import { seedOf } from '../random.js';
import { Coverage } from './coverage.js';
import { describe } from './deterministicLayer.js';
import { huntMutant } from './huntMutant.js';
import { mutants } from './mutants/mutants.js';
import { unchanged } from './mutation.js';
import { playSchedule } from './schedule.js';
import { openStage } from './stage.js';

const seed = 20_260_921;
const schedules = 240;
/** Twenty rounds. */
const mutantSchedulesMax = 200;

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

for (const mutant of mutants)
  test.serial(`the suite finds a mutant: ${mutant.name}`, async (t) => {
    t.timeout(300_000);
    const [hunt] = await huntMutant(mutant, [seed], mutantSchedulesMax, t);
    t.log(`after ${hunt?.schedules} schedules: ${hunt?.failure.split('\n')[0]}`);
    t.true(hunt !== undefined && hunt.schedules !== null);
  });
