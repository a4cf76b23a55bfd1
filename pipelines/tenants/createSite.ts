/** Adds a site to a tenant, within what its plan allows. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import { requireName } from './requireName.js';
import { writeAudit } from './writeAudit.js';

export interface NewSite {
  readonly tenant: string;
  readonly name: string;
  /** IANA name; default UTC. */
  readonly timezone?: string;
}

/** Throws NOT_FOUND (tenant), PLAN_LIMIT naming the limit, ALREADY_EXISTS, USAGE. */
export async function createSite(pool: Pool, site: NewSite): Promise<{ readonly siteId: number }> {
  const table = `${quoteName(tenantSchema(site.tenant))}.site`;
  requireName('site', site.name);
  const timezone = requireTimezone(site.timezone ?? 'UTC');
  return await inPoolTransaction(pool, async (client) => {
    // The lock makes two that come at once count one another.
    const { rows: terms } = await client.query<{ plan: string; sites_max: number | null }>(
      `SELECT tt.plan, tt.sites_max FROM balancin.tenant t JOIN balancin.tenant_terms tt USING (slug)
         WHERE t.slug = $1 FOR NO KEY UPDATE OF t`,
      [site.tenant],
    );
    const term = terms[0];
    if (!term) throw new BalancinError('NOT_FOUND', `there is no tenant '${site.tenant}'`);
    const { rows: found } = await client.query<{ sites: number; known: boolean }>(
      `SELECT count(*)::int AS sites, coalesce(bool_or(name = $1), false) AS known FROM ${table}`,
      [site.name],
    );
    const { sites, known } = found[0] ?? { sites: 0, known: false };
    if (known)
      throw new BalancinError('ALREADY_EXISTS', `tenant '${site.tenant}' has a site '${site.name}' already`);
    if (term.sites_max !== null && sites >= term.sites_max)
      throw new BalancinError(
        'PLAN_LIMIT',
        `plan '${term.plan}' allows ${term.sites_max} sites (sitesMax) and tenant '${site.tenant}' has ${sites}`,
        {
          context: { limit: 'sitesMax', allowed: term.sites_max, used: sites, plan: term.plan },
        },
      );
    const { rows } = await client.query<{ site_id: number }>(
      `INSERT INTO ${table} (name, timezone) VALUES ($1, $2) RETURNING site_id`,
      [site.name, timezone],
    );
    await writeAudit(client, {
      action: 'site.create',
      tenant: site.tenant,
      subject: site.name,
      detail: { timezone },
    });
    return { siteId: rows[0]?.site_id ?? 0 };
  });
}

function requireTimezone(timezone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
  } catch (cause) {
    throw new BalancinError(
      'USAGE',
      `'${timezone}' is no time zone: use an IANA name such as America/Bogota`,
      {
        cause,
      },
    );
  }
}
