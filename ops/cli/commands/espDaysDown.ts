/** `balancin esp days-down`: sets or shows how long a failed ESP keeps its well down. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';

export const espDaysDown: Command = {
  name: 'esp days-down',
  summary: 'set or show the days from an ESP’s failure to production again, of a tenant or one of its sites',
  example: 'balancin esp days-down --tenant acme --site norte --days 14',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--site <site>', description: 'for this site alone; for all others by default' },
    { flags: '--days <n>', description: 'rig wait and job together' },
    { flags: '--reset', description: 'take back what was set: the tenant’s holds, or else 10' },
  ],
  async run(context, options) {
    const tenant = text(options, 'tenant');
    const site = optionalText(options, 'site') ?? null;
    const days = optionalText(options, 'days');
    const reset = options['reset'] === true;
    if (reset && days !== undefined) throw new BalancinError('USAGE', '--reset takes no --days');
    const { withCell } = await import('../withCell.js');
    const { asTenant } = await import('#pipelines/database/asTenant.js');
    const { readDaysDown, setDaysDown } = await import('#jobs/esp/daysDown.js');
    await withCell(context, async ({ pool }) => {
      if (reset || days !== undefined) await setDaysDown(pool, { tenant, site }, reset ? null : Number(days));
      const { bySite, others } = await asTenant(pool, tenant, readDaysDown);
      const sites = Object.fromEntries(bySite);
      context.terminal.result({ tenant, sites, others }, () => [
        ...[...bySite].map(([name, n]) => `${name}: ${n} days`),
        `${bySite.size === 0 ? 'all sites' : 'other sites'}: ${others} days`,
      ]);
    });
  },
};
