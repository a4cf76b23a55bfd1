/** Samples that the stored minutes hold, by task, summed over the tenants' tables. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';

/** Reads every row there is. What retention has dropped is not among the answer. */
export async function storedSamples(client: SqlClient): Promise<ReadonlyMap<number, number>> {
  const stored = new Map<number, number>();
  const tenants = await client.query<{ slug: string }>('SELECT slug FROM balancin.tenant ORDER BY slug');
  for (const { slug } of tenants.rows) {
    const { rows } = await client.query<{ task: number; samples: number }>(
      `SELECT (cycle >> 40)::int4 AS task, sum(samples)::float8 AS samples
       FROM ${quoteName(tenantSchema(slug))}.reading_1m GROUP BY 1`,
    );
    for (const { task, samples } of rows) stored.set(task, (stored.get(task) ?? 0) + samples);
  }
  return stored;
}
