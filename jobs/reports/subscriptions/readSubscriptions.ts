/** Who is to be sent a report of a tenant, by language. */
import type { Pool } from 'pg';
import type { Language } from '../language.js';

export interface Subscription {
  readonly language: Language;
  readonly recipients: readonly string[];
}

const sql = `
  select language, recipients
  from balancin.report_subscription
  join balancin.tenant using (tenant_id)
  where slug = $1 and kind = $2
  order by language`;

export async function readSubscriptions(pool: Pool, tenant: string, kind: string): Promise<Subscription[]> {
  return (await pool.query<Subscription>(sql, [tenant, kind])).rows;
}
