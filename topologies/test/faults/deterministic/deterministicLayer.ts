/** Layer 1: the whole engine in one process, every await at a port decided by a seed. */
import type { LayerOptions } from '../layer.js';
import { seedOf } from '../random.js';
import { Coverage } from './coverage.js';
import { huntMutant } from './huntMutant.js';
import { mutants } from './mutants/mutants.js';
import { unchanged } from './mutation.js';
import { type Played, playSchedule } from './schedule.js';
import { openStage, type Stage } from './stage.js';

/** About a second. */
const schedulesPerRound = 10;
/** A mutant must be found within this many, on each of the seeds. */
const mutantRoundsMax = 20;
const mutantSeeds = 3;
const sayEverySchedules = 100;
const failuresShown = 12;
const traceShown = 60;

export async function deterministicLayer(options: LayerOptions): Promise<boolean> {
  if (options.mutants) return await findMutants(options);
  const ends: (() => unknown)[] = [];
  const stage = await openStage(unchanged, { teardown: (end) => void ends.push(end) });
  try {
    if (options.replay !== null) return await replay(stage, Number(options.replay), options);
    return await playRounds(stage, options);
  } finally {
    await stage.close();
    for (const end of ends.reverse()) await end();
  }
}

async function replay(stage: Stage, seed: number, { say }: LayerOptions): Promise<boolean> {
  const played = await playSchedule(stage, seed);
  for (const line of played.trace) say(line);
  for (const line of played.failures) say(line);
  return played.failures.length === 0;
}

/** Stops at the first schedule that fails. */
async function playRounds(stage: Stage, { seed, rounds, say }: LayerOptions): Promise<boolean> {
  const coverage = new Coverage();
  const startMs = performance.now();
  for (let n = 0; n < rounds * schedulesPerRound; n++) {
    const played = await playSchedule(stage, seedOf(seed, n));
    coverage.add(played.coverage);
    if (played.failures.length > 0) {
      say(describe(played));
      return false;
    }
    if ((n + 1) % sayEverySchedules === 0) {
      const ms = (performance.now() - startMs) / (n + 1);
      say(`${n + 1} schedules, ${ms.toFixed(0)} ms each`);
    }
  }
  say(coverage.table());
  const gaps = coverage.gaps();
  for (const gap of gaps) say(gap);
  return gaps.length === 0;
}

async function findMutants({ seed, say }: LayerOptions): Promise<boolean> {
  let all = true;
  for (const mutant of mutants) {
    const ends: (() => unknown)[] = [];
    const seeds = Array.from({ length: mutantSeeds }, (_, n) => seedOf(seed, 1_000 + n));
    const hunts = await huntMutant(mutant, seeds, mutantRoundsMax * schedulesPerRound, {
      teardown: (end) => void ends.push(end),
    });
    for (const end of ends.reverse()) await end();
    all &&= hunts.every(({ schedules }) => schedules !== null);
    const rounds = hunts.map(({ schedules }) =>
      schedules === null ? 'NOT FOUND' : `round ${Math.ceil(schedules / schedulesPerRound)}`,
    );
    say(`${mutant.name}: ${rounds.join(', ')}`);
    for (const { failure } of hunts) say(`    ${failure.split('\n')[0]?.slice(0, 150)}`);
  }
  return all;
}

/** The seed, what was broken, and the last that happened. */
export function describe({ seed, failures, trace }: Played): string {
  return [
    `schedule of seed ${seed}: ${failures.length} failures (again: --layer 1 --replay ${seed})`,
    ...failures.slice(0, failuresShown).map((failure) => `  ${failure}`),
    `its last ${Math.min(traceShown, trace.length)} of ${trace.length} decisions:`,
    ...trace.slice(-traceShown).map((line) => `  ${line}`),
  ].join('\n');
}
