/** Writes to a database whose disk is full, to know how it says so. */
import { Client, DatabaseError } from 'pg';

const triesMax = 200;

/** A server that cannot write its log gives up instead of refusing. */
export async function meetFullDisk(databaseUrl: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('CREATE TEMP TABLE filler (bytes text)');
    for (let i = 0; i < triesMax; i++)
      await client.query(`INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 1000)`);
    return 'not met';
  } catch (error) {
    return error instanceof DatabaseError && error.code === '53100'
      ? 'refused by 53100'
      : 'the server gave up';
  } finally {
    await client.end().catch(() => undefined);
  }
}
