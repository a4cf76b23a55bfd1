/** Reads what was decided about versions of models: what holds for each tenant, and what was decided for all. */
import type { Pool } from 'pg';
import type { ModelChoices } from './modelChoice.js';

export interface TenantChoices {
  readonly tenant: string;
  readonly choices: ModelChoices;
}

export async function readChoices(pool: Pool): Promise<TenantChoices[]> {
  const { rows } = await pool.query<{ tenant: string; choices: ModelChoices | null }>(
    'SELECT slug AS tenant, balancin.model_choices(tenant_id) AS choices FROM balancin.tenant ORDER BY slug',
  );
  return rows.map(({ tenant, choices }) => ({ tenant, choices: choices ?? {} }));
}
