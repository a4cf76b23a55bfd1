/** Says in which local time a tenant's production days run, from which cut-off. */
import { DateTime } from 'luxon';
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';

const minutesADay = 1_440;
const sql = `
  update balancin.tenant set report_time_zone = $2, report_cut_off_minutes = $3 where slug = $1`;

/** Throws USAGE, NOT_FOUND. */
export async function setDayRule(
  pool: Pool,
  tenant: string,
  rule: { readonly timeZone: string; readonly cutOffMinutes: number },
): Promise<void> {
  if (!DateTime.local({ zone: rule.timeZone }).isValid) {
    throw new BalancinError('USAGE', `"${rule.timeZone}" is no IANA time zone, such as America/Bogota`);
  }
  if (!Number.isInteger(rule.cutOffMinutes) || rule.cutOffMinutes < 0 || rule.cutOffMinutes >= minutesADay) {
    throw new BalancinError('USAGE', `The cut-off is 0 to ${minutesADay - 1} minutes after midnight`);
  }
  const { rowCount } = await pool.query(sql, [tenant, rule.timeZone, rule.cutOffMinutes]);
  if (rowCount === 0) throw new BalancinError('NOT_FOUND', `There is no tenant "${tenant}"`);
}
