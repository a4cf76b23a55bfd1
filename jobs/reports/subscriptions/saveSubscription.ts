/** Says who is to be sent a report of a tenant in a language; nobody ends it. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { requireAddress } from '../../mail/requireAddress.js';
import { reportKind } from '../reportKinds.js';
import type { Subscription } from './readSubscriptions.js';

/** A list is for people; a thousand would be a mailing list, which has one address. */
const recipientsMax = 100;

const endSql = `
  delete from balancin.report_subscription
  where tenant_id = (select tenant_id from balancin.tenant where slug = $1) and kind = $2 and language = $3`;
const saveSql = `
  insert into balancin.report_subscription (tenant_id, kind, language, recipients)
  select tenant_id, $2, $3, $4 from balancin.tenant where slug = $1
  on conflict (tenant_id, kind, language) do update set recipients = excluded.recipients`;

/** Throws USAGE (kind, address), LIMIT_REACHED, NOT_FOUND (tenant). */
export async function saveSubscription(
  pool: Pool,
  tenant: string,
  subscription: Subscription & { readonly kind: string },
): Promise<void> {
  const { language } = subscription;
  const kind = reportKind(subscription.kind).name;
  if (subscription.recipients.length > recipientsMax) {
    throw new BalancinError('LIMIT_REACHED', `A report goes to at most ${recipientsMax} addresses`);
  }
  const recipients = [...new Set(subscription.recipients.map(requireAddress))];
  if (recipients.length === 0) {
    await pool.query(endSql, [tenant, kind, language]);
    return;
  }
  const { rowCount } = await pool.query(saveSql, [tenant, kind, language, recipients]);
  if (rowCount === 0) throw new BalancinError('NOT_FOUND', `There is no tenant "${tenant}"`);
}
