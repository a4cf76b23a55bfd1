/** Runs rounds one after another, prints how each went, and judges the whole by its coverage. */
import { createCoverage, hitsMin } from './coverage.js';
import { describeFailure, type RoundReport } from './roundReport.js';

export interface RoundsOptions {
  readonly name: string;
  readonly rounds: number;
  /** What faults must have led to in a run that is long enough. */
  readonly effects: readonly string[];
  readonly say: (line: string) => void;
}

const effectRoundsMin = 30;

/** True where every round is well and every planned fault came often enough. */
export async function runRounds(
  { name, rounds, effects, say }: RoundsOptions,
  run: (round: number) => Promise<RoundReport>,
): Promise<boolean> {
  const coverage = createCoverage();
  const planned = new Map<string, number>();
  let failed = 0;
  for (let round = 0; round < rounds; round++) {
    const report = await run(round);
    coverage.add(report.counts);
    for (const kind of report.planned) planned.set(kind, (planned.get(kind) ?? 0) + 1);
    const well = report.failures.length === 0;
    const seconds = (report.durationMs / 1000).toFixed(1);
    say(
      `${name} ${round + 1}/${rounds} seed ${report.seed}: ${well ? 'well' : 'FAILED'}, ${report.records} records, ${seconds} s`,
    );
    if (well) continue;
    failed++;
    for (const line of describeFailure(report)) say(line);
  }
  for (const [kind, times] of planned) coverage.expect(kind, Math.min(hitsMin, Math.ceil(times / 2)));
  for (const effect of effects) if (rounds >= effectRoundsMin) coverage.expect(effect, hitsMin);
  for (const line of coverage.table()) say(line);
  const missing = coverage.missing();
  for (const line of missing) say(`covered too little: ${line}`);
  if (failed > 0) say(`${failed} of ${rounds} rounds failed`);
  return failed === 0 && missing.length === 0;
}
