/** Gives minute partitions that are no longer being filled the index by well that would slow their filling down. */
import type { SqlClient } from './sqlClient.js';
import { quoteName, requireSlug, tenantSchema } from './tenantNames.js';

/** Most of what comes late comes within two days of an edge site's outage (design, sync with the edge). */
const closedAfterDays = 2;

/**
 * Names of the partitions that got their index: B-tree on (well_id, tag_id, bucket), built without blocking writers.
 * Empty ones are left for later, so that a backfill into them goes fast. Needs the owner's rights and no open transaction.
 * Under the full TimescaleDB chunks are compressed by well instead, and there is nothing to do.
 */
export async function indexClosedPartitions(
  client: SqlClient,
  slug: string,
  nowMs = Date.now(),
): Promise<string[]> {
  requireSlug(slug);
  const schema = tenantSchema(slug);
  const { rows } = await client.query<{ partition: string; invalid: string | null }>(
    `SELECT p.partition,
            (SELECT x.indexrelid::regclass::text FROM pg_index x
             WHERE x.indrelid = c.oid AND NOT x.indisvalid AND x.indexrelid::regclass::text LIKE '%_by_well') AS invalid
     FROM balancin.time_partitions($1, 'reading_1m') p
     JOIN pg_class c ON c.oid = format('%I.%I', $1::text, p.partition)::regclass
     WHERE p.upper < $2 AND pg_relation_size(c.oid) > 0
       AND NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid AND x.indisvalid
                       AND x.indexrelid::regclass::text LIKE '%_by_well')
     ORDER BY p.upper`,
    [schema, new Date(nowMs - closedAfterDays * 86_400_000)],
  );
  for (const { partition, invalid } of rows) {
    // What a build that was cut short left behind costs writers and helps nobody.
    if (invalid !== null) await client.query(`DROP INDEX CONCURRENTLY ${invalid}`);
    await client.query(
      `CREATE INDEX CONCURRENTLY ${quoteName(`${partition}_by_well`)}
       ON ${quoteName(schema)}.${quoteName(partition)} (well_id, tag_id, bucket)`,
    );
  }
  return rows.map((row) => row.partition);
}
