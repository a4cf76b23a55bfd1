/** `balancin alert show`: one alert in full, in Spanish or English. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, text } from '../command.js';

export const alertShow: Command = {
  name: 'alert show <id>',
  summary: 'show one alert in full: what moved, oil at stake, likely causes, what to do first',
  example: 'balancin alert show acme/7/robust-level/well.whp/1790000040000 --tenant acme --lang es',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--lang <language>', description: 'es or en', default: 'es' },
  ],
  async run(context, options, [alertId = '']) {
    const language = text(options, 'lang');
    if (language !== 'es' && language !== 'en') throw new BalancinError('USAGE', '--lang takes es or en');
    const tenant = text(options, 'tenant');
    const { withCell } = await import('../withCell.js');
    const { asTenant } = await import('#pipelines/database/asTenant.js');
    const { readAlert } = await import('#pipelines/alert/alertView.js');
    const { espAlertLines } = await import('#jobs/esp/espAlertLines.js');
    const { alertLines } = await import('#pipelines/alert/alertText.js');
    await withCell(context, async ({ pool }) => {
      const { alert, more } = await asTenant(pool, tenant, async (client) => {
        const read = await readAlert(client, alertId);
        const nowMs = Date.now();
        return {
          alert: read,
          more: read === null ? [] : await espAlertLines(client, read, { language, nowMs }),
        };
      });
      if (alert === null) throw new BalancinError('NOT_FOUND', `tenant ${tenant} has no alert ${alertId}`);
      const lines = [...alertLines(alert, language), ...more];
      context.terminal.result({ ...alert, lines }, () => lines);
    });
  },
};
