import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lockStart } from './startLock.js';

function folder(t: ExecutionContext): string {
  const made = mkdtempSync(join(tmpdir(), 'balancin-lock-'));
  t.teardown(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function winners(dataDir: string, tries: number): Promise<(() => Promise<void>)[]> {
  const all = await Promise.allSettled(Array.from({ length: tries }, () => lockStart(dataDir)));
  return all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

test('of many that start in the same instant one goes on, and lets the next in when it is done', async (t) => {
  const dataDir = folder(t);
  const [release, ...others] = await winners(dataDir, 20);
  t.is(others.length, 0);
  await t.throwsAsync(lockStart(dataDir), { code: 'ALREADY_EXISTS', message: new RegExp(`${process.pid}`) });
  await release?.();
  t.deepEqual(readdirSync(dataDir), []);
  t.is((await winners(dataDir, 1)).length, 1);
});

test('what a killed process has left is taken over by one', async (t) => {
  const dataDir = folder(t);
  // No process has a number that high.
  writeFileSync(join(dataDir, 'starting.lock'), '999999999 x');
  t.is((await winners(dataDir, 1)).length, 1);
});

test('a lock whose process number was given to another is not believed for ever', async (t) => {
  const dataDir = folder(t);
  const file = join(dataDir, 'starting.lock');
  writeFileSync(file, `${process.pid} x`);
  await t.throwsAsync(lockStart(dataDir), { code: 'ALREADY_EXISTS' });
  const old = new Date(Date.now() - 6 * 60_000);
  utimesSync(file, old, old);
  t.is((await winners(dataDir, 1)).length, 1);
});
