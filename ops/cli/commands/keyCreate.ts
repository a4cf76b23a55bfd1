/** `balancin key create`: a key for an edge site, its secret shown once. */
import { type Command, text } from '../command.js';

export const keyCreate: Command = {
  name: 'key create',
  summary: 'make a key for an edge site; the secret is shown once',
  example: 'balancin key create --tenant acme --site norte',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--site <site>', description: 'site the key speaks for', required: true },
  ],
  async run(context, options) {
    const { withCell } = await import('../withCell.js');
    const { createKey } = await import('#pipelines/tenants/createKey.js');
    const scope = { tenant: text(options, 'tenant'), site: text(options, 'site') };
    await withCell(context, async ({ pool }) => {
      const { keyId, secret } = await createKey(pool, scope);
      context.terminal.result({ keyId, secret, ...scope }, () => [
        `MQTT user name:  ${keyId}`,
        `MQTT password:   ${secret}`,
        `publish below:   balancin/v1/${scope.tenant}/${scope.site}/`,
        'The password is kept nowhere and is not shown again.',
      ]);
    });
  },
};
