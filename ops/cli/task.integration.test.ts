import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createPool } from '#pipelines/database/pool.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { runCli } from './cliProcess.fixture.js';

test('a quarantined task is listed with its reason, found by doctor, and goes on once an operator says so', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(() => pool.end());
  await pool.query(
    `INSERT INTO balancin.task (topology, task, epoch, owner) VALUES ('wells', 3, 1, 'host/1/0/x'), ('wells', 4, 1, 'host/1/0/x')`,
  );
  await pool.query(
    `INSERT INTO balancin.task_trial (topology, task, state, reason) VALUES ('wells', 3, 'quarantined', 'workers died'), ('wells', 4, 'free', NULL)`,
  );
  const cwd = mkdtempSync(join(tmpdir(), 'balancin-task-'));
  t.teardown(() => rmSync(cwd, { recursive: true, force: true }));
  const ask = async <T>(args: readonly string[], code = 0): Promise<T> => {
    const done = await runCli([...args, '--json'], { cwd, env: { DATABASE_URL: url } });
    t.is(done.code, code, done.stderr);
    return JSON.parse(done.stdout) as T;
  };
  const states = async (): Promise<unknown> =>
    (
      await ask<{ tasks: { task: number; state: string; reason: string | null }[] }>(['task', 'list'])
    ).tasks.map(({ task, state, reason }) => [task, state, reason]);
  t.deepEqual(await states(), [
    [3, 'quarantined', 'workers died'],
    [4, 'free', null],
  ]);
  const { findings } = await ask<{ findings: { part: string; health: string; remedy: string }[] }>(
    ['doctor'],
    1,
  );
  t.like(
    findings.find(({ part }) => part === 'task'),
    { health: 'failed', remedy: 'mend what it names, then: balancin task resume 3' },
  );
  t.deepEqual(await ask(['task', 'resume', '3']), { topology: 'wells', task: 3 });
  t.deepEqual(await states(), [
    [3, 'free', null],
    [4, 'free', null],
  ]);
  t.like(await ask(['task', 'resume', '3'], 1), { error: { code: 'NOT_FOUND' } });
  await ask(['task', 'resume', 'three'], 2);
  const { rows } = await pool.query(`SELECT subject FROM balancin.audit WHERE action = 'task.resume'`);
  t.deepEqual(rows, [{ subject: 'wells task 3' }]);
  await pool.query(
    `SELECT balancin.note_unreadable('wells', 4, 'edge.telemetry.v1', 17, 20, '2026-03-01T06:00:00Z', 'it would become too much')`,
  );
  await pool.query(`SELECT balancin.note_stopped('wells', 4, 'records 17 to 20 are not unpacked')`);
  const unexplained = await runCli(['task', 'skip', 'edge.telemetry.v1/4@17'], {
    cwd,
    env: { DATABASE_URL: url },
  });
  t.is(unexplained.code, 2);
  t.like(await ask(['task', 'skip', 'edge.telemetry.v1/4@17', '--why', 'a load test']), {
    offset: 17,
    lastOffset: 20,
    reason: 'unreadable-batch',
  });
  t.deepEqual(await states(), [
    [3, 'free', null],
    [4, 'free', null],
  ]);
  const { program } = await ask<{ program: { id: string; added: string[]; refused: boolean } }>([
    'topology',
    'status',
  ]);
  await pool.query(
    `INSERT INTO balancin.topology_version (topology, version, structure, topics) VALUES ('wells', 9999, 'source x < y', '{edge.telemetry.v1}')`,
  );
  const plan = await ask<{ refused: boolean; changes: { part: string; change: string }[] }>(
    ['topology', 'plan'],
    3,
  );
  t.true(plan.refused && plan.changes.some(({ part, change }) => part === 'version' && change === 'refused'));
  t.true(program.id === 'wells' && program.added.length > 5 && !program.refused, 'no version has run here');
});
