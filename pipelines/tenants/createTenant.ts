/** Sets up a tenant: its row, role, schema, tables, tags and rights. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { type PlanName, plans } from '#schemas/plans.js';
import { ensureTenantRole } from '#pipelines/database/ensureRoles.js';
import { migrateTenantSchema } from '#pipelines/database/migrate.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { requireSlug } from '#pipelines/database/tenantNames.js';
import { inTransaction } from '#pipelines/database/transaction.js';
import { writeAudit } from './writeAudit.js';

export interface NewTenant {
  readonly slug: string;
  /** As people write it. */
  readonly name: string;
  readonly plan: PlanName;
  /** Where it differs from the plan. */
  readonly overrides?: PlanOverrides;
  /**
   * Width of its minute partitions: `day` for a large tenant (beyond ten million rows a day), `month` for a small one.
   * Default: month for the smallest plan, else week.
   */
  readonly partitionUnit?: 'day' | 'week' | 'month';
  readonly cell?: string;
}

export interface PlanOverrides {
  readonly sitesMax?: number | null;
  readonly retentionDays?: number | null;
  readonly remoteAccess?: boolean;
  readonly machineLearning?: boolean;
}

/** All or nothing, but for the role, which belongs to the whole server. Throws USAGE, ALREADY_EXISTS. */
export async function createTenant(pool: Pool, tenant: NewTenant): Promise<{ readonly tenantId: number }> {
  const client = await pool.connect();
  try {
    return await createTenantOn(client, tenant);
  } finally {
    client.release();
  }
}

export async function createTenantOn(
  client: SqlClient,
  tenant: NewTenant,
): Promise<{ readonly tenantId: number }> {
  requireSlug(tenant.slug);
  if (!Object.hasOwn(plans, tenant.plan))
    throw new BalancinError(
      'USAGE',
      `there is no plan '${tenant.plan}': use ${Object.keys(plans).join(', ')}`,
    );
  // Its own short transaction: creating a role makes other databases of the server wait for it.
  await ensureTenantRole(client, tenant.slug);
  return await inTransaction(client, async () => {
    const tenantId = await insertTenant(client, tenant);
    await migrateTenantSchema(client, tenant.slug);
    await writeAudit(client, {
      action: 'tenant.create',
      tenant: tenant.slug,
      subject: tenant.slug,
      detail: { name: tenant.name, plan: tenant.plan, overrides: tenant.overrides ?? {} },
    });
    return { tenantId };
  });
}

async function insertTenant(client: SqlClient, tenant: NewTenant): Promise<number> {
  const { rows } = await client.query<{ tenant_id: number }>(
    `INSERT INTO balancin.tenant (slug, name, plan, overrides, partition_unit, cell)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (slug) DO NOTHING RETURNING tenant_id`,
    [
      tenant.slug,
      tenant.name,
      tenant.plan,
      JSON.stringify(overrideColumns(tenant.overrides ?? {})),
      tenant.partitionUnit ?? (tenant.plan === 'basico' ? 'month' : 'week'),
      tenant.cell ?? 'default',
    ],
  );
  const row = rows[0];
  if (row) return row.tenant_id;
  throw new BalancinError('ALREADY_EXISTS', `a tenant '${tenant.slug}' exists already`, {
    context: { tenant: tenant.slug },
  });
}

const columnOf: Readonly<Record<keyof PlanOverrides, string>> = {
  sitesMax: 'sites_max',
  retentionDays: 'retention_days',
  remoteAccess: 'remote_access',
  machineLearning: 'machine_learning',
};

function overrideColumns(overrides: PlanOverrides): Record<string, number | boolean | null> {
  const columns: Record<string, number | boolean | null> = {};
  for (const [key, column] of Object.entries(columnOf) as [keyof PlanOverrides, string][]) {
    const value = overrides[key];
    if (value !== undefined) columns[column] = value;
  }
  return columns;
}
