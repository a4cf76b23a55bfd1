/** Adds a well to a site. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import { requireName } from './requireName.js';
import { writeAudit } from './writeAudit.js';

export const liftTypes = ['esp', 'rod-pump', 'gas-lift', 'natural', 'other'] as const;
export type LiftType = (typeof liftTypes)[number];

export interface NewWell {
  readonly tenant: string;
  readonly site: string;
  readonly name: string;
  readonly liftType: LiftType;
  readonly field?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** Throws NOT_FOUND (tenant or site), ALREADY_EXISTS, USAGE. Workers know it at the next refresh, or when a frame of it comes. */
export async function createWell(pool: Pool, well: NewWell): Promise<{ readonly wellId: number }> {
  const schema = quoteName(tenantSchema(well.tenant));
  requireName('well', well.name);
  if (!liftTypes.includes(well.liftType))
    throw new BalancinError(
      'USAGE',
      `'${well.liftType}' is no lift type: use one of ${liftTypes.join(', ')}`,
    );
  return await inPoolTransaction(pool, async (client) => {
    const { rows: tenants } = await client.query('SELECT FROM balancin.tenant WHERE slug = $1', [
      well.tenant,
    ]);
    if (tenants.length === 0) throw new BalancinError('NOT_FOUND', `there is no tenant '${well.tenant}'`);
    const { rows: sites } = await client.query<{ site_id: number }>(
      `SELECT site_id FROM ${schema}.site WHERE name = $1`,
      [well.site],
    );
    const site = sites[0];
    if (!site) throw new BalancinError('NOT_FOUND', `tenant '${well.tenant}' has no site '${well.site}'`);
    const { rows } = await client.query<{ well_id: number }>(
      `INSERT INTO ${schema}.well (site_id, name, lift_type, field, meta) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (site_id, name) DO NOTHING RETURNING well_id`,
      [site.site_id, well.name, well.liftType, well.field ?? null, JSON.stringify(well.meta ?? {})],
    );
    const created = rows[0];
    if (!created)
      throw new BalancinError('ALREADY_EXISTS', `site '${well.site}' has a well '${well.name}' already`);
    await writeAudit(client, {
      action: 'well.create',
      tenant: well.tenant,
      subject: `${well.site}/${well.name}`,
      detail: { wellId: created.well_id, liftType: well.liftType },
    });
    return { wellId: created.well_id };
  });
}
