/** Laws of `balancin worker` and `up` that need a database. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { exitCodeOf } from '#schemas/errors.js';
import { createPool } from '#pipelines/database/pool.js';
import wells from '#topologies/wells.js';
import { loadConfig } from '#ops/config/loadConfig.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import type { Command } from './command.js';
import { up } from './commands/up.js';
import { worker } from './commands/worker.js';
import { createTerminal } from './terminal.js';

const commands: readonly Command[] = [worker, up];
for (const command of commands)
  test(`workers that are refused end 'balancin ${command.name}' with exit code 3 and why`, async (t) => {
    const { url } = await testDatabase(t, { template: migrated });
    const pool = createPool({ databaseUrl: url, name: 'test' });
    t.teardown(() => pool.end());
    await pool.query('SELECT balancin.enter_topology($1, $2, $3, $4)', [
      wells.id,
      wells.version,
      'other nodes',
      wells.topics,
    ]);
    const config = loadConfig({
      env: {
        DATABASE_URL: url,
        BALANCIN_HTTP_PORT: '0',
        BALANCIN_BRIDGE_PORT: '0',
        BALANCIN_LOG_LEVEL: 'silent',
        BALANCIN_THREADS: '1',
        // Test databases run without fsync.
        BALANCIN_ALLOW_UNSAFE: 'true',
      },
      cwd: mkdtempSync(join(tmpdir(), 'balancin-worker-')),
    });
    const { signal } = new AbortController();
    const terminal = { ...createTerminal(true), result: () => undefined };
    const error: unknown = await command
      .run({ config, terminal, signal }, {}, [])
      .then(() => null)
      .catch((reason: unknown) => reason);
    t.is(exitCodeOf(error), 3);
    t.regex(error instanceof Error ? error.message : '', /the workers cannot run: .*raise its version/);
  });
