#!/usr/bin/env node
/** `npm test`: compiles into an empty dist, since a stale one hides a deleted module, then hands over to the runner in it. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const runner = new URL('dist/ops/ci/main.js', root);

rmSync(new URL('dist', root), { recursive: true, force: true });
const started = performance.now();
const { status, stdout, error } = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false'],
  { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
);
const types = { failed: status !== 0, output: error?.message ?? stdout, ms: performance.now() - started };

// tsc writes what it can even where types are wrong: the other checks and the tests are worth their news.
if (existsSync(runner)) {
  const { main } = await import(runner.href);
  process.exitCode = await main(types);
} else {
  console.log(`${types.output}\n0 passed, 1 failed, 0 skipped`);
  process.exitCode = 1;
}
