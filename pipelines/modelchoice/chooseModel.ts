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

/** What speaks after a rollback, and by whose decision; `version` is null for the one that comes with the program. */
export interface SpeaksAgain {
  readonly version: string | null;
  readonly by: 'tenant' | 'all' | 'program';
}

/** Throws NOT_FOUND for no such tenant. */
export async function chooseModel(
  pool: Pool,
  scope: ChoiceScope,
  { version, role }: { readonly version: string | null; readonly role: ChoiceRole },
): Promise<void> {
  await inPoolTransaction(pool, async (client) => {
    const tenantId = await tenantIdOf(client, scope.tenant);
    await client.query(
      'INSERT INTO balancin.model_choice (model, tenant_id, version, role) VALUES ($1, $2, $3, $4)',
      [scope.model, tenantId, version, role],
    );
    const { model: subject, tenant } = scope;
    await writeAudit(client, { action: 'model.promote', tenant, subject, detail: { version, role } });
  });
}

/**
 * Takes back the newest decision of the scope that stands, so that a second rollback goes further back. A tenant whose
 * decisions are all taken back follows what holds for all. Throws NOT_FOUND where nothing is left to take back.
 */
export async function rollBackModel(pool: Pool, scope: ChoiceScope): Promise<SpeaksAgain> {
  return await inPoolTransaction(pool, async (client) => {
    const { model, tenant } = scope;
    const tenantId = await tenantIdOf(client, tenant);
    // Of two at the same time each takes back one of its own.
    await client.query('LOCK TABLE balancin.model_choice IN SHARE ROW EXCLUSIVE MODE');
    const own = await standing(client, model, tenantId);
    const [now] = own;
    if (now === undefined)
      throw new BalancinError(
        'NOT_FOUND',
        `there is nothing to go back to: no promotion of ${model} for ${tenant ?? 'all tenants'} stands`,
      );
    // A version promoted twice in a row is left in one step.
    const kept = own.findIndex(({ version }) => version !== now.version);
    const undone = kept < 0 ? own : own.slice(0, kept);
    await client.query(
      `INSERT INTO balancin.model_choice (model, tenant_id, role, undoes)
       SELECT $1, $2, 'undone', unnest($3::bigint[])`,
      [model, tenantId, undone.map(({ choice_id: id }) => id)],
    );
    const speaks = await speaking(client, scope, { before: own[undone.length], tenantId });
    const detail = { undone: now.version, version: speaks.version, by: speaks.by };
    await writeAudit(client, { action: 'model.rollback', tenant, subject: model, detail });
    return speaks;
  });
}

async function speaking(
  client: SqlClient,
  { model, tenant }: ChoiceScope,
  { before, tenantId }: { readonly before: Standing | undefined; readonly tenantId: number | null },
): Promise<SpeaksAgain> {
  if (before !== undefined) return { version: before.version, by: tenant === null ? 'all' : 'tenant' };
  const fleet = tenantId === null ? undefined : (await standing(client, model, null))[0];
  return fleet === undefined ? { version: null, by: 'program' } : { version: fleet.version, by: 'all' };
}

interface Standing {
  readonly choice_id: string;
  readonly version: string | null;
}

/** Decisions of a scope that nobody took back, the newest first. */
async function standing(client: SqlClient, model: string, tenantId: number | null): Promise<Standing[]> {
  const { rows } = await client.query<Standing>(
    `SELECT choice_id, version FROM balancin.model_choice c
     WHERE model = $1 AND tenant_id IS NOT DISTINCT FROM $2 AND role = 'active'
       AND NOT EXISTS (SELECT FROM balancin.model_choice u WHERE u.undoes = c.choice_id)
     ORDER BY choice_id DESC`,
    [model, tenantId],
  );
  return rows;
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
