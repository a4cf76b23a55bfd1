/** Decides which version of a model speaks for a tenant or for all, notes who did, and goes back to the one before. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import { writeAudit } from '#pipelines/tenants/writeAudit.js';

export interface ChoiceScope {
  readonly model: string;
  /** Null: for all tenants that have no decision of their own. */
  readonly tenant: string | null;
}

export type ChoiceRole = 'active' | 'shadow' | 'ended';

/** Throws NOT_FOUND for no such tenant. */
export async function chooseModel(
  pool: Pool,
  scope: ChoiceScope,
  choice: { readonly version: string | null; readonly role: ChoiceRole },
): Promise<void> {
  await inPoolTransaction(pool, (client) => choose(client, scope, choice, 'model.promote'));
}

/** The version that holds again: null for the one that comes with the program. Throws NOT_FOUND where nothing was decided. */
export async function rollBackModel(pool: Pool, scope: ChoiceScope): Promise<string | null> {
  return await inPoolTransaction(pool, async (client) => {
    const tenantId = await tenantIdOf(client, scope.tenant);
    const { rows } = await client.query<{ version: string | null }>(
      `SELECT version FROM balancin.model_choice
       WHERE model = $1 AND tenant_id IS NOT DISTINCT FROM $2 AND role = 'active' ORDER BY choice_id DESC`,
      [scope.model, tenantId],
    );
    const [now] = rows;
    if (now === undefined)
      throw new BalancinError(
        'NOT_FOUND',
        `nobody has promoted a version of ${scope.model} for ${scope.tenant ?? 'all tenants'}`,
      );
    // Before the first decision the program's own version spoke.
    const version = rows.find((row) => row.version !== now.version)?.version ?? null;
    await choose(client, scope, { version, role: 'active' }, 'model.rollback');
    return version;
  });
}

async function choose(
  client: SqlClient,
  { model, tenant }: ChoiceScope,
  { version, role }: { readonly version: string | null; readonly role: ChoiceRole },
  action: 'model.promote' | 'model.rollback',
): Promise<void> {
  const tenantId = await tenantIdOf(client, tenant);
  await client.query(
    'INSERT INTO balancin.model_choice (model, tenant_id, version, role) VALUES ($1, $2, $3, $4)',
    [model, tenantId, version, role],
  );
  await writeAudit(client, { action, tenant, subject: model, detail: { version, role } });
}

async function tenantIdOf(client: SqlClient, tenant: string | null): Promise<number | null> {
  if (tenant === null) return null;
  const { rows } = await client.query<{ tenant_id: number }>(
    'SELECT tenant_id FROM balancin.tenant WHERE slug = $1',
    [tenant],
  );
  if (rows[0] === undefined) throw new BalancinError('NOT_FOUND', `there is no tenant '${tenant}'`);
  return rows[0].tenant_id;
}
