/** `balancin well create`: adds a well to a site. */
import { type Command, optionalText, text } from '../command.js';

export const wellCreate: Command = {
  name: 'well create',
  summary: 'add a well to a site',
  example: 'balancin well create --tenant acme --site norte --name W-101 --lift esp --field Apiay',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--site <site>', description: 'site', required: true },
    { flags: '--name <well>', description: 'name of the well, as the edge sends it', required: true },
    { flags: '--lift <type>', description: 'esp, rod-pump, gas-lift, natural or other', default: 'other' },
    { flags: '--field <field>', description: 'field it belongs to' },
  ],
  async run(context, options) {
    const { withCell } = await import('../withCell.js');
    const { createWell } = await import('#pipelines/tenants/createWell.js');
    const tenant = text(options, 'tenant');
    const site = text(options, 'site');
    const well = text(options, 'name');
    const field = optionalText(options, 'field');
    await withCell(context, async ({ pool }) => {
      const { wellId } = await createWell(pool, {
        tenant,
        site,
        name: well,
        liftType: text(options, 'lift') as Parameters<typeof createWell>[1]['liftType'],
        ...(field === undefined ? {} : { field }),
      });
      context.terminal.result({ wellId, tenant, site, well }, () => [
        `well ${well} of ${tenant}/${site} is there`,
      ]);
    });
  },
};
