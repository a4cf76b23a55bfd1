/** `balancin alert list`: alerts of a tenant as they are now, newest first. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';

const dayMs = 86_400_000;

export const alertList: Command = {
  name: 'alert list',
  summary: 'list the alerts of a tenant as they are now, newest first',
  example: 'balancin alert list --tenant acme --open',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--well <well>', description: 'only of this well' },
    { flags: '--open', description: 'only those that ask for something' },
    { flags: '--days <n>', description: 'begun in the last days', default: '7' },
    { flags: '--limit <n>', description: 'how many', default: '50' },
  ],
  async run(context, options) {
    const days = Number(text(options, 'days'));
    const limit = Number(text(options, 'limit'));
    if (!(days > 0)) throw new BalancinError('USAGE', '--days takes a number above 0');
    if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
      throw new BalancinError('USAGE', '--limit takes a whole number from 1 to 10000');
    const { withCell } = await import('../withCell.js');
    const { table } = await import('../terminal.js');
    const { asTenant } = await import('#pipelines/database/asTenant.js');
    const { readAlerts } = await import('#pipelines/alert/alertView.js');
    const filter = {
      sinceMs: Date.now() - days * dayMs,
      well: optionalText(options, 'well') ?? null,
      open: options['open'] === true,
      limit,
    };
    await withCell(context, async ({ pool }) => {
      const alerts = await asTenant(pool, text(options, 'tenant'), (client) => readAlerts(client, filter));
      context.terminal.result({ alerts }, () =>
        alerts.length === 0
          ? ['no alerts']
          : table(
              ['since', 'well', 'state', 'priority', 'first-out', 'oil m³/d', 'id'],
              alerts.map((a) => [
                a.startAt.toISOString().slice(0, 16),
                `${a.site}/${a.well}`,
                a.announced ? a.state : `${a.state} (not sent)`,
                a.priority,
                a.detail.signals[0]?.tag ?? a.kind,
                a.deferredOilM3PerDay === null ? 'unknown' : a.deferredOilM3PerDay.toFixed(1),
                a.alertId,
              ]),
            ),
      );
    });
  },
};
