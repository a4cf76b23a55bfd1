/** `balancin alert statistics`: how many alarms people get, which are bad actors, how the priorities split. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, text } from '../command.js';

const dayMs = 86_400_000;

export const alertStatistics: Command = {
  name: 'alert statistics',
  summary: 'alarms an operator and hour, priority split, standing, chattering, the ten worst actors',
  example: 'balancin alert statistics --tenant acme --days 30 --operators 2',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--days <n>', description: 'the last days', default: '30' },
    { flags: '--operators <n>', description: 'how many people answer alerts at a time', default: '1' },
  ],
  async run(context, options) {
    const days = Number(text(options, 'days'));
    const operators = Number(text(options, 'operators'));
    if (!(days > 0)) throw new BalancinError('USAGE', '--days takes a number above 0');
    if (!(operators > 0)) throw new BalancinError('USAGE', '--operators takes a number above 0');
    const { withCell } = await import('../withCell.js');
    const { table } = await import('../terminal.js');
    const { asTenant } = await import('#pipelines/database/asTenant.js');
    const { readAlertStatistics } = await import('#pipelines/alert/alertStatistics.js');
    const untilMs = Date.now();
    const period = { sinceMs: untilMs - days * dayMs, untilMs, operators };
    await withCell(context, async ({ pool }) => {
      const statistics = await asTenant(pool, text(options, 'tenant'), (client) =>
        readAlertStatistics(client, period),
      );
      const { priorities, feedback } = statistics;
      const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
      context.terminal.result(statistics, () => [
        `${statistics.announced} alerts sent in ${days} days, ${statistics.withheld} written down only`,
        `${statistics.perOperatorHour.toFixed(2)} an operator and hour`,
        priorities === null
          ? 'no priorities to split'
          : `low ${percent(priorities.low)}, medium ${percent(priorities.medium)}, high ${percent(priorities.high)} (meant: 80, 15, 5)`,
        `standing ${statistics.standing}, chattering ${statistics.chattering}`,
        `answered: ${feedback.true} true, ${feedback.false} false, ${feedback.known} known`,
        ...(statistics.worstActors.length === 0
          ? []
          : table(
              ['well', 'first-out', 'alerts', 'share'],
              statistics.worstActors.map((a) => [
                `${a.site}/${a.well}`,
                a.tag ?? '-',
                a.alerts,
                percent(a.share),
              ]),
            )),
      ]);
    });
  },
};
