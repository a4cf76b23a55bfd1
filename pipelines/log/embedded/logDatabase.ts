/** The database of the embedded log's tests: nothing but its own migrations. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';

const migrations = ['0060_log.sql', '0061_schema_registry.sql'];

async function statements(): Promise<string> {
  const files = migrations.map((name) =>
    readFile(new URL(import.meta.resolve(`#schemas/migrations/control/${name}`)), 'utf8'),
  );
  return ['CREATE SCHEMA balancin;', ...(await Promise.all(files))].join('\n');
}

/** A recipe for `testDatabase`. */
export const logDatabase = {
  name: 'log',
  async fingerprint() {
    return createHash('sha256')
      .update(await statements())
      .digest('hex');
  },
  async build(url: string) {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(await statements());
    await client.end();
  },
};
