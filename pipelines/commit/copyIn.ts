/** Sends encoded rows of one or many tables: done when the server has counted them. */
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BalancinError } from '#schemas/errors.js';
import { copyMessages, copyPayloads } from './copyMessages.js';
import { CopyQuery } from './copyQuery.js';
import type { CopyRows } from './taskCommit.js';

/**
 * Each inner list is rows of one table, and becomes one COPY; all of them cost one round trip. The bytes must stay as they
 * are until this settles. Where the server refuses one, nothing of the others was taken either if there is a transaction.
 */
export async function copyIn(client: Client, tables: readonly (readonly CopyRows[])[]): Promise<void> {
  const filled = tables.filter((parts) => parts.length > 0);
  const [first] = filled;
  if (first === undefined) return;
  const found = filled.length === 1 ? [await copyOne(client, first)] : await copyMany(client, filled);
  for (const [i, parts] of filled.entries()) {
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    if (found[i] === rows) continue;
    const name = `${parts[0]?.schema}.${parts[0]?.table.name}`;
    throw new BalancinError('BUG', `${name}: ${rows} rows were encoded, the server found ${found[i]}`);
  }
}

async function copyOne(client: Client, parts: readonly CopyRows[]): Promise<number> {
  const stream = copyFrom(copyStatement(client, parts));
  await new Promise<void>((resolve, reject) => {
    let failed = false;
    // After an error nothing may be written any more: pg-copy-streams has let go of its connection by then.
    stream.once('error', (error) => {
      failed = true;
      reject(error);
    });
    // Not 'end' or 'close': only 'finish' says that the server has taken the rows.
    stream.once('finish', resolve);
    const pump = async (): Promise<void> => {
      for (const payload of copyPayloads(parts)) {
        if (failed) return;
        await new Promise<void>((written) => stream.write(payload, () => written()));
      }
      if (!failed) stream.end();
    };
    client.query(stream);
    pump().catch(reject);
  });
  return stream.rowCount;
}

/** pg-copy-streams waits for each COPY's answers, one table after the other: two hundred tenants are as many round trips. */
async function copyMany(
  client: Client,
  tables: readonly (readonly CopyRows[])[],
): Promise<readonly number[]> {
  const text = tables.map((parts) => copyStatement(client, parts)).join('; ');
  return await new Promise((resolve, reject) => {
    const query = new CopyQuery(text, copyMessages(tables), (error) => {
      if (error === null) resolve(query.rowCounts);
      else reject(error);
    });
    client.query(query);
  });
}

function copyStatement(client: Client, [first]: readonly CopyRows[]): string {
  if (first === undefined) throw new BalancinError('BUG', 'a COPY of no table');
  const columns = first.table.columns.map((c) => `"${c.name}"`).join(', ');
  const target = `${client.escapeIdentifier(first.schema)}."${first.table.name}"`;
  return `COPY ${target} (${columns}) FROM STDIN (FORMAT binary)`;
}
