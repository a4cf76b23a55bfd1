/** Reads all that workers need to know of one tenant, in one query. */
import type { ModelChoices } from '#pipelines/modelchoice/modelChoice.js';
import type { SqlClient } from './sqlClient.js';

export interface TenantRows {
  /** Changes with any site, well, tag or term. */
  readonly version: string;
  readonly tenantId: number;
  readonly retentionDays: number | null;
  readonly machineLearning: boolean;
  readonly models: ModelChoices | null;
  readonly wells: readonly (readonly [wellId: number, siteId: number, site: string, well: string])[];
  readonly tags: readonly (readonly [tagId: number, tag: string])[];
}

/** Null where the cell does not serve such a tenant; `unchanged` where it is as `knownVersion` had it. */
export async function readDirectory(
  client: SqlClient,
  slug: string,
  cell: string,
  knownVersion: string | null,
): Promise<TenantRows | 'unchanged' | null> {
  const { rows } = await client.query<{ directory: TenantRows | null }>(
    'SELECT balancin.read_directory($1, $2, $3) AS directory',
    [slug, cell, knownVersion],
  );
  const directory = rows[0]?.directory ?? null;
  return directory !== null && directory.version === knownVersion ? 'unchanged' : directory;
}

/** Slugs of the tenants that the cell serves. */
export async function readCellTenants(client: SqlClient, cell: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ slug: string }>(
    'SELECT slug FROM balancin.cell_tenants($1) AS slug',
    [cell],
  );
  return rows.map(({ slug }) => slug);
}

/** Ids of the tags that have one or got one; a tag missing from the answer is beyond the tenant's limit, or no name. */
export async function createTags(
  client: SqlClient,
  slug: string,
  tags: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ tag: string; tag_id: number }>(
    'SELECT tag, tag_id FROM balancin.create_tags($1, $2)',
    [slug, [...tags]],
  );
  return new Map(rows.map((row) => [row.tag, row.tag_id]));
}
