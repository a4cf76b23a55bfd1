/** Runs rounds one after another, prints how each went, and judges the whole by its coverage. */
import { createCoverage, hitsMin } from './coverage.js';
import { openProgress } from './progress.js';
import { describeFailure, type RoundReport } from './roundReport.js';

export interface RoundsOptions {
  readonly name: string;
  readonly seed: number;
  readonly rounds: number;
  /** What faults must have led to in a run that is long enough, beside what they must in every layer. */
  readonly effects: readonly string[];
  /** A file that keeps each round as it ends: a run that was cut off goes on after the last, and is judged with them. */
  readonly resume: string | null;
  readonly say: (line: string) => void;
}

const effectRoundsMin = 30;
const effectsEverywhere = [
  'commit-lost',
  'commit-answer-lost',
  'restored with state',
  'folded',
  'duplicate frames',
  'outbox: sent again',
  'alerts',
];

interface KeptRound {
  readonly counts: readonly (readonly [string, number])[];
  readonly planned: readonly string[];
  readonly well: boolean;
}

/** True where every round is well and every planned fault came often enough. */
export async function runRounds(
  { name, seed, rounds, effects, resume, say }: RoundsOptions,
  run: (round: number) => Promise<RoundReport>,
): Promise<boolean> {
  const coverage = createCoverage();
  const planned = new Map<string, number>();
  let failed = 0;
  const judge = (kept: {
    counts: ReadonlyMap<string, number>;
    planned: readonly string[];
    well: boolean;
  }) => {
    coverage.add(kept.counts);
    for (const kind of kept.planned) planned.set(kind, (planned.get(kind) ?? 0) + 1);
    if (!kept.well) failed++;
  };
  const progress = await openProgress<KeptRound>(resume, `${name} seed ${seed}`);
  for (const kept of progress.kept) judge({ ...kept, counts: new Map(kept.counts) });
  if (progress.kept.length > 0) say(`${progress.kept.length} rounds are kept: going on`);
  for (let round = progress.kept.length; round < rounds; round++) {
    const report = await run(round);
    const well = report.failures.length === 0;
    judge({ ...report, well });
    await progress.keep({ counts: [...report.counts], planned: report.planned, well });
    const seconds = (report.durationMs / 1000).toFixed(1);
    say(
      `${name} ${round + 1}/${rounds} seed ${report.seed}: ${well ? 'well' : 'FAILED'}, ${report.records} records, ${seconds} s`,
    );
    if (well) continue;
    for (const line of describeFailure(report)) say(line);
  }
  for (const [kind, times] of planned) coverage.expect(kind, Math.min(hitsMin, Math.ceil(times / 2)));
  if (rounds >= effectRoundsMin)
    for (const effect of [...effectsEverywhere, ...effects]) coverage.expect(effect, hitsMin);
  for (const line of coverage.table()) say(line);
  const missing = coverage.missing();
  for (const line of missing) say(`covered too little: ${line}`);
  if (failed > 0) say(`${failed} of ${rounds} rounds failed`);
  return failed === 0 && missing.length === 0;
}
