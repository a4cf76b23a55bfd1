/** How a run shows on the terminal. */
import type { CheckResult } from './check.js';
import type { Failure, Skip } from './readTap.js';
import type { Tally } from './tally.js';

const print = (text: string): void => console.log(text);

export function printCheck({ name, failed, output, ms }: CheckResult): void {
  print(`${failed ? 'FAILED' : 'ok'} ${name} (${(ms / 1000).toFixed(1)} s)`);
  if (failed) print(`${output.trimEnd()}\n`);
}

export function printFailure({ title, details }: Failure): void {
  print(`\nFAILED ${title}\n${details.replace(/^/gm, '  ')}\n`);
}

export function printProgress({ passed, failed, skipped }: Tally): void {
  print(`… ${passed + failed + skipped} tests so far, ${failed} failed`);
}

/** Grouped by reason, so that one missing program reads as one line and its tests. */
export function printSkips(skips: readonly Skip[]): void {
  const titles = new Map<string, string[]>();
  for (const { title, reason } of skips) titles.set(reason, [...(titles.get(reason) ?? []), title]);
  for (const [reason, skipped] of titles) {
    print(`\nskipped, ${reason}:`);
    for (const title of skipped) print(`  ${title}`);
  }
}
