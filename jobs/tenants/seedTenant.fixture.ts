/** A tenant with wells and rows of a test's choosing. */
import type { Pool } from 'pg';
import { cycleOf } from '#pipelines/commit/cycle.js';
import { tenantSchema } from '#pipelines/database/tenantNames.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import type { PlanName } from '#schemas/plans.js';

export interface Partial1m {
  readonly bucketMs: number;
  readonly wellId: number;
  readonly tagId: number;
  readonly samples: number;
  readonly good: number;
  readonly flags: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly first: number | null;
  readonly last: number | null;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly task: number;
  readonly commit: number;
}

export interface SeededTenant {
  readonly slug: string;
  readonly schema: string;
  readonly wellIds: readonly number[];
  /** Ids of tags by name, of the whole catalogue. */
  readonly tagIds: ReadonlyMap<string, number>;
}

export async function seedTenant(
  pool: Pool,
  options: {
    readonly slug: string;
    readonly wells: readonly string[];
    readonly name?: string;
    readonly plan?: PlanName;
  },
): Promise<SeededTenant> {
  const { slug } = options;
  await createTenant(pool, { slug, name: options.name ?? slug, plan: options.plan ?? 'enterprise' });
  await createSite(pool, { tenant: slug, name: 'norte' });
  for (const name of options.wells)
    await createWell(pool, { tenant: slug, site: 'norte', name, liftType: 'esp' });
  return await readSeeded(pool, slug);
}

export async function readSeeded(pool: Pool, slug: string): Promise<SeededTenant> {
  const schema = tenantSchema(slug);
  const wells = await pool.query<{ well_id: number }>(`select well_id from ${schema}.well order by well_id`);
  const tags = await pool.query<{ tag_id: number; tag: string }>(`select tag_id, tag from ${schema}.tag`);
  return {
    slug,
    schema,
    wellIds: wells.rows.map((row) => row.well_id),
    tagIds: new Map(tags.rows.map((row) => [row.tag, row.tag_id])),
  };
}

const insertSql = (schema: string): string => `
  insert into ${schema}.reading_1m (bucket, well_id, tag_id, samples, good, flags, sum, sum_squares, min, max,
                                    first, last, first_ms, last_ms, cycle)
  select to_timestamp("bucketMs" / 1000.0), "wellId", "tagId", samples, good, flags, sum, "sumSquares", min, max,
         first, last, "firstMs", "lastMs", cycle
  from jsonb_to_recordset($1) as row (
    "bucketMs" float8, "wellId" int, "tagId" int, samples int, good int, flags int, sum float8,
    "sumSquares" float8, min float4, max float4, first float4, last float4, "firstMs" int, "lastMs" int, cycle int8)`;

export async function insertPartials(
  client: { query(text: string, values: unknown[]): Promise<unknown> },
  schema: string,
  partials: readonly Partial1m[],
): Promise<void> {
  const rows = partials.map((partial) => ({ ...partial, cycle: cycleOf(partial.task, partial.commit) }));
  await client.query(insertSql(schema), [JSON.stringify(rows)]);
}
