/** `balancin tenant create`: sets up a company with its own schema and role. */
import type { Command } from '../command.js';
import { text } from '../command.js';

export const tenantCreate: Command = {
  name: 'tenant create',
  summary: 'set up a tenant with its schema, role and plan',
  example: 'balancin tenant create --slug acme --name "Acme Energía" --plan profesional',
  options: [
    {
      flags: '--slug <slug>',
      description: 'short name: lower-case letters, digits, underscore',
      required: true,
    },
    { flags: '--name <name>', description: 'name as people write it', required: true },
    { flags: '--plan <plan>', description: 'basico, profesional or enterprise', default: 'basico' },
  ],
  async run(context, options) {
    const { withCell } = await import('../withCell.js');
    const { createTenant } = await import('#pipelines/tenants/createTenant.js');
    const slug = text(options, 'slug');
    const plan = text(options, 'plan') as Parameters<typeof createTenant>[1]['plan'];
    await withCell(context, async ({ pool }) => {
      const { tenantId } = await createTenant(pool, { slug, name: text(options, 'name'), plan });
      context.terminal.result({ tenantId, slug, plan }, () => [
        `tenant ${slug} is set up on plan ${plan}`,
        `next: balancin site create --tenant ${slug} --name <site>`,
      ]);
    });
  },
};
