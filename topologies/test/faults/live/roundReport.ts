/** What one round with real servers came to. */

export interface RoundReport {
  readonly seed: number;
  /** One line each: what was planned. */
  readonly plan: readonly string[];
  /** What must not be, one sentence each; none where the round is well. */
  readonly failures: readonly string[];
  /** What was hit and what it led to. */
  readonly counts: ReadonlyMap<string, number>;
  /** Kinds that must have been hit once in this round. */
  readonly planned: readonly string[];
  readonly records: number;
  readonly durationMs: number;
  /** Where its log is; removed where the round is well. */
  readonly folder: string;
}

const differencesMax = 20;

export function describeFailure(report: RoundReport): string[] {
  const { seed, plan, failures, folder } = report;
  const more = failures.length - differencesMax;
  return [
    `the round of seed ${seed} failed:`,
    ...plan.map((line) => `  plan: ${line}`),
    ...failures.slice(0, differencesMax).map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    `  its log is in ${folder}; real timing differs from run to run: the seed repeats the plan and the traffic, not each instant`,
  ];
}
