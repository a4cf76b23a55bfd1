/** Plays schedules with a mutant in the engine's place until one fails. */
import type { ExecutionContext } from 'ava';
import { seedOf } from '../random.js';
import type { Mutation } from './mutation.js';
import { playSchedule } from './schedule.js';
import { openStage } from './stage.js';

export interface Hunt {
  /** Schedules played up to the one that found it; null where none did. */
  readonly schedules: number | null;
  /** What gave it away. */
  readonly failure: string;
}

/** One hunt a seed, on one stage. */
export async function huntMutant(
  mutation: Mutation,
  seeds: readonly number[],
  schedulesMax: number,
  ends: Pick<ExecutionContext, 'teardown'>,
): Promise<Hunt[]> {
  const stage = await openStage(mutation, ends);
  const hunts: Hunt[] = [];
  try {
    for (const seed of seeds) {
      let found: Hunt = { schedules: null, failure: 'nothing' };
      for (let n = 0; n < schedulesMax && found.schedules === null; n++) {
        const { failures } = await playSchedule(stage, seedOf(seed, n));
        const [failure] = failures;
        if (failure !== undefined) found = { schedules: n + 1, failure };
      }
      hunts.push(found);
    }
  } finally {
    await stage.close();
  }
  return hunts;
}
