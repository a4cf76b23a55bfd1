/** `balancin site create`: adds an edge site to a tenant. */
import { type Command, text } from '../command.js';

export const siteCreate: Command = {
  name: 'site create',
  summary: 'add an edge site to a tenant',
  example: 'balancin site create --tenant acme --name norte --timezone America/Bogota',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--name <site>', description: 'name of the site: part of its record keys', required: true },
    { flags: '--timezone <zone>', description: 'IANA time zone of its production day', default: 'UTC' },
  ],
  async run(context, options) {
    const { withCell } = await import('../withCell.js');
    const { createSite } = await import('#pipelines/tenants/createSite.js');
    const tenant = text(options, 'tenant');
    const site = text(options, 'name');
    await withCell(context, async ({ pool }) => {
      const { siteId } = await createSite(pool, { tenant, name: site, timezone: text(options, 'timezone') });
      context.terminal.result({ siteId, tenant, site }, () => [
        `site ${site} of ${tenant} is there`,
        `next: balancin well create --tenant ${tenant} --site ${site} --name <well>`,
        `      balancin key create --tenant ${tenant} --site ${site}`,
      ]);
    });
  },
};
