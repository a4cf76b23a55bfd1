/** The part of `balancin evaluate esp` that judges past alerts by what sites recorded. */
import { BalancinError } from '#schemas/errors.js';
import { type CommandContext, optionalText, type OptionValues, text } from '../command.js';
import { table } from '../terminal.js';

const dayMs = 86_400_000;

export async function evaluateLiveEsp(context: CommandContext, options: OptionValues): Promise<void> {
  const tenant = optionalText(options, 'tenant');
  const days = Number(text(options, 'days'));
  if (tenant === undefined) throw new BalancinError('USAGE', '--live takes --tenant');
  if (!(days > 0)) throw new BalancinError('USAGE', '--days takes a number above 0');
  const { withCell } = await import('../withCell.js');
  const { asTenant } = await import('#pipelines/database/asTenant.js');
  const { evaluateLive } = await import('#jobs/esp/alertEndings.js');
  const { readOutcomes } = await import('#jobs/esp/readOutcomes.js');
  const { readRiskAlerts } = await import('#jobs/esp/readRiskAlerts.js');
  await withCell(context, async ({ pool }) => {
    const nowMs = Date.now();
    const fromMs = nowMs - days * dayMs;
    const { names, live } = await asTenant(pool, tenant, async (client) => {
      const { alerts, wellDays } = await readRiskAlerts(client, { fromMs, untilMs: nowMs });
      const records = (await readOutcomes(client)).filter(({ atMs }) => atMs >= fromMs);
      return {
        names: new Map(alerts.map(({ wellId, site, well }) => [wellId, `${site}/${well}`])),
        live: evaluateLive(alerts, records, { nowMs, wellDays }),
      };
    });
    const alerts = live.alerts.map(({ wellId, startMs, endMs, leadMs, ...alert }) => ({
      well: names.get(wellId) ?? `${wellId}`,
      start: new Date(startMs).toISOString(),
      end: endMs === null ? null : new Date(endMs).toISOString(),
      leadH: leadMs === null ? null : leadMs / 3_600_000,
      mode: alert.mode,
      recordedMode: alert.recordedMode,
      ending: alert.ending,
      actedOn: alert.actedOn,
    }));
    const { endings, alerts: _, ...figures } = live;
    context.terminal.result({ tenant, days, ...figures, endings, alerts }, () => [
      ...table(
        ['well', 'from', 'until', 'mode', 'ending', 'recorded', 'lead, h', 'acted on'],
        alerts.map((a) => [
          a.well,
          a.start.slice(0, 10),
          a.end?.slice(0, 10) ?? '–',
          a.mode,
          a.ending,
          a.recordedMode ?? '–',
          a.leadH === null ? '–' : a.leadH.toFixed(0),
          a.actedOn ? 'yes' : '–',
        ]),
      ),
      '',
      ...table(
        ['measure', 'value'],
        [...Object.entries(endings), ...Object.entries(figures)].map(([name, value]) => [
          name,
          value === null ? 'none' : Number(value.toPrecision(3)).toString(),
        ]),
      ),
    ]);
  });
}
