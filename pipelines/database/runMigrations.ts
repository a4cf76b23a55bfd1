/** Brings one schema up to date with a folder of SQL files, inside the caller's transaction. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { ClientBase } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { nestTransaction } from './nestTransaction.js';
import type { SqlClient } from './sqlClient.js';
import { quoteName } from './tenantNames.js';

export const migrationFolders = {
  control: fileURLToPath(import.meta.resolve('#schemas/migrations/control')),
  tenant: fileURLToPath(import.meta.resolve('#schemas/migrations/tenant')),
};

const migrationsTable = 'migration';

/** What was done, by name. Throws DATABASE_NEWER, and changes nothing, where the schema holds migrations not among the files. */
export async function runMigrations(client: SqlClient, schema: string, folder: string): Promise<string[]> {
  if ((await missingMigrations(client, schema, folder)).length === 0) return [];
  const done = await runner({
    dbClient: nestTransaction(client) as unknown as ClientBase,
    schema,
    createSchema: true,
    migrationsTable,
    dir: folder,
    direction: 'up',
    // Each part numbers its files in a range of its own, so a lower number may well come later.
    checkOrder: false,
    singleTransaction: true,
    // The caller's transaction holds a lock already.
    noLock: true,
    logger: { info() {}, warn() {}, error() {} },
  });
  return done.map((migration) => migration.name);
}

/** Files of the folder that the schema has not had. Throws DATABASE_NEWER where it has had others. */
export async function missingMigrations(
  client: SqlClient,
  schema: string,
  folder: string,
): Promise<string[]> {
  const files = (await readdir(folder)).map((file) => file.replace(/\.sql$/, '')).toSorted();
  const table = `${quoteName(schema)}.${quoteName(migrationsTable)}`;
  const { rows: found } = await client.query<{ stands: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS stands',
    [table],
  );
  if (found[0]?.stands !== true) return files;
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${table} ORDER BY name`);
  const done = new Set(rows.map((row) => row.name));
  const unknown = [...done].filter((name) => !files.includes(name));
  if (unknown.length === 0) return files.filter((name) => !done.has(name));
  throw new BalancinError(
    'DATABASE_NEWER',
    `the database was migrated by a newer Balancín (schema ${schema} holds ${unknown.join(', ')}): update this installation`,
    { context: { schema, unknown } },
  );
}
