/** How fast windows become stored rows: encoding alone, and with COPY against the same bytes prepared beforehand. */
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { reading1m } from '#schemas/tables/reading1m.js';
import { ChunkPool } from './chunkPool.js';
import { copyIn } from './copyIn.js';
import type { CopyRows } from './taskCommit.js';
import { WindowRows } from './windowRows.js';
import { createWindowBatch } from './windowSample.js';

export interface MeasureCopyOptions {
  /** A plain table in a schema of its own is made in it, and dropped. */
  readonly databaseUrl: string;
  /** Rows a COPY. */
  readonly rows: number;
  readonly rounds: number;
}

export interface CopyFigures {
  readonly rows: number;
  readonly bytesPerRow: number;
  readonly encodeRowsPerSecond: number;
  /** Encode, then COPY. */
  readonly copyRowsPerSecond: number;
  /** The same bytes, encoded before the clock started, by the same client. */
  readonly preparedRowsPerSecond: number;
  readonly ratioPrepared: number;
  readonly rowsStored: number;
  /** Of the encoded bytes: equal inputs give equal rows. */
  readonly hash: string;
}

/** Windows a batch, as an operator hands them over at the end of a cycle. */
const batchRows = 4096;
const schema = 'bench_copy';

export async function measureCopy(options: MeasureCopyOptions): Promise<CopyFigures> {
  const { rows, rounds } = options;
  const pool = new ChunkPool({ freeBytesMax: 512 * 1024 * 1024 });
  const { batch } = createWindowBatch(batchRows, [schema]);
  const encode = (): CopyRows => {
    const encoder = new WindowRows(pool);
    for (let done = 0; done < rows; done += batchRows) {
      batch.length = Math.min(batchRows, rows - done);
      encoder.append(batch, 1);
    }
    return encoder.take()[0] ?? { table: reading1m, schema, rows: 0, chunks: [] };
  };
  const client = new Client({ connectionString: options.databaseUrl });
  await client.connect();
  try {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.query(`CREATE SCHEMA ${schema}`);
    const columns = reading1m.columns.map((c) => `${c.name} ${c.type}${c.nullable ? '' : ' NOT NULL'}`);
    await client.query(`CREATE TABLE ${schema}.reading_1m (${columns.join(', ')})`);
    const prepared = encode();
    const bytes = prepared.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const hash = createHash('sha256');
    for (const chunk of prepared.chunks) hash.update(chunk);
    let [encodeMs, copyMs, preparedMs, rowsStored] = [0, 0, 0, 0];
    // A round first that does not count; then the two kinds take turns, so that both meet the same machine.
    for (let round = 0; round <= rounds; round++) {
      const counts = round > 0 || rounds === 0;
      await client.query(`TRUNCATE ${schema}.reading_1m`);
      const start = performance.now();
      const fresh = encode();
      const encoded = performance.now();
      await copyIn(client, [[fresh]]);
      const copied = performance.now();
      pool.release(fresh.chunks);
      const { rows: stored } = await client.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM ${schema}.reading_1m`,
      );
      rowsStored = stored[0]?.n ?? 0;
      await client.query(`TRUNCATE ${schema}.reading_1m`);
      const again = performance.now();
      await copyIn(client, [[prepared]]);
      const end = performance.now();
      if (!counts) continue;
      encodeMs += encoded - start;
      copyMs += copied - start;
      preparedMs += end - again;
    }
    const perSecond = (ms: number): number => Math.round((rows * rounds * 1000) / ms);
    return {
      rows,
      bytesPerRow: bytes / rows,
      encodeRowsPerSecond: perSecond(encodeMs),
      copyRowsPerSecond: perSecond(copyMs),
      preparedRowsPerSecond: perSecond(preparedMs),
      ratioPrepared: preparedMs / copyMs,
      rowsStored,
      hash: hash.digest('hex'),
    };
  } finally {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.end();
  }
}
