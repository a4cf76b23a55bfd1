/** The run behind `npm test`: the checks, then all tests on shared servers, then one closing line. */
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { startTestServers } from '#ops/servers/testServers.js';
import { type Check, type CheckResult, runCheck } from './check.js';
import { printCheck, printFailure, printProgress, printSkips } from './print.js';
import { runAva } from './runAva.js';

import { addTallies, closingLine, exitCodeOf, type Tally } from './tally.js';

const checks: readonly Check[] = [
  { name: 'format', script: 'node_modules/@biomejs/biome/bin/biome', args: ['format', '.'] },
  { name: 'lint', script: 'node_modules/oxlint/bin/oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'knip', script: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
];

/** `types` is what compiling said. Returns the exit code; the last line printed is `N passed, N failed, N skipped`. */
export async function main(types: Omit<CheckResult, 'name'>): Promise<0 | 1> {
  const folder = fileURLToPath(new URL('../../../', import.meta.url));
  const results: CheckResult[] = [{ name: 'types', ...types }];
  printCheck({ name: 'types', ...types });
  for (const check of checks) {
    const result = await runCheck(check, folder);
    results.push(result);
    printCheck(result);
  }
  const failed = results.filter((result) => result.failed).length;
  const tests = await runTests(folder);
  const tally = addTallies([{ passed: results.length - failed, failed, skipped: 0 }, tests]);
  console.log(closingLine(tally));
  return exitCodeOf(tally);
}

async function runTests(folder: string): Promise<Tally> {
  let servers;
  try {
    servers = await startTestServers();
  } catch (error) {
    printFailure({ title: 'the servers that tests share', details: inspect(error) });
    return { passed: 0, failed: 1, skipped: 0 };
  }
  try {
    const report = await runAva({
      folder,
      env: servers.env,
      onFailure: printFailure,
      onProgress: printProgress,
    });
    if (report.failed > 0 && report.output.trim() !== '') {
      console.log(`\n── what the test processes printed ──\n${report.output.trimEnd()}`);
    }
    printSkips(report.skips);
    return report;
  } finally {
    await servers.stop();
  }
}
