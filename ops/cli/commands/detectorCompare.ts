/** `balancin detector compare`: what a shadow would have told people beside what they were told. */
import { BalancinError } from '#schemas/errors.js';
import type { ComparedAlert, FeedbackCounts, ShadowComparison } from '#pipelines/shadow/compareShadow.js';
import { type Command, optionalText, text } from '../command.js';

const dayMs = 86_400_000;

export const detectorCompare: Command = {
  name: 'detector compare',
  summary: 'compare the alerts of a shadow with those that people were sent',
  example: 'balancin detector compare --tenant acme --from 2026-03-01T00:00:00Z',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--from <time>', description: 'alerts that began from then on; 7 days before --to by default' },
    { flags: '--to <time>', description: 'and before then; now by default' },
    { flags: '--shadow <name>', description: 'which shadow; where several ran' },
    { flags: '--well <well>', description: 'only of this well' },
  ],
  async run(context, options) {
    const toMs = timeOf('to', optionalText(options, 'to')) ?? Date.now();
    const fromMs = timeOf('from', optionalText(options, 'from')) ?? toMs - 7 * dayMs;
    if (!(fromMs < toMs)) throw new BalancinError('USAGE', '--from must be before --to');
    const asked = optionalText(options, 'shadow');
    const well = optionalText(options, 'well') ?? null;
    const { withCell } = await import('../withCell.js');
    const { table } = await import('../terminal.js');
    const { asTenant } = await import('#pipelines/database/asTenant.js');
    const { readShadowComparison, readShadowNames } = await import(
      '#pipelines/shadow/readShadowComparison.js'
    );
    await withCell(context, async ({ pool }) => {
      const { shadow, comparison } = await asTenant(pool, text(options, 'tenant'), async (client) => {
        const shadowName = chosen(await readShadowNames(client, toMs), asked);
        const period = { shadow: shadowName, fromMs, toMs, well };
        return { shadow: shadowName, comparison: await readShadowComparison(client, period) };
      });
      const result = { shadow, fromMs, toMs, ...comparison };
      context.terminal.result(result, () => [...summaryOf(shadow, comparison), ...listOf(comparison, table)]);
    });
  },
};

function timeOf(option: string, given: string | undefined): number | null {
  if (given === undefined) return null;
  const ms = Date.parse(given);
  if (Number.isNaN(ms)) throw new BalancinError('USAGE', `--${option} takes a time as 2026-03-01T06:00:00Z`);
  return ms;
}

function chosen(names: readonly string[], asked: string | undefined): string {
  if (asked !== undefined && names.includes(asked)) return asked;
  if (names.length === 0 || asked !== undefined)
    throw new BalancinError(
      'NOT_FOUND',
      `${asked === undefined ? 'no shadow' : `no shadow '${asked}'`} ran on wells of this tenant before --to; set detection.shadow`,
    );
  if (names.length > 1)
    throw new BalancinError('USAGE', `several shadows ran, name one with --shadow: ${names.join(', ')}`);
  return names[0] as string;
}

function summaryOf(shadow: string, c: ShadowComparison): string[] {
  const rate = (perDay: number | null): string => (perDay === null ? 'unknown' : perDay.toFixed(3));
  const said = ({ true: yes, false: no, known, none }: FeedbackCounts): string =>
    `${yes} true, ${no} false, ${known} known, ${none} not answered`;
  return [
    `shadow ${shadow}: ${c.wells} wells, ${c.wellDays.toFixed(2)} well-days`,
    `old ${c.old.alerts} alerts, ${rate(c.old.perWellDay)} a well-day; new ${c.new.alerts}, ${rate(c.new.perWellDay)}`,
    `in both ${c.both.length}, only old ${c.onlyOld.length}, only new ${c.onlyNew.length}`,
    c.delayMedianS === null
      ? 'none in both: nothing to time'
      : `new ${Math.abs(c.delayMedianS).toFixed(0)} s ${c.delayMedianS < 0 ? 'sooner' : 'later'} (median)`,
    `people said of those in both: ${said(c.feedback.both)}; of those only old: ${said(c.feedback.onlyOld)}`,
  ];
}

function listOf(
  c: ShadowComparison,
  table: (head: readonly string[], rows: readonly (readonly (string | number)[])[]) => string[],
): string[] {
  const row = (where: string, a: ComparedAlert, delay: string): string[] => [
    where,
    new Date(a.startMs).toISOString().slice(0, 16),
    a.well,
    a.firstOutTag ?? '-',
    a.cause,
    delay,
    a.feedback ?? '-',
  ];
  const rows = [
    ...c.both.map((pair) => row('both', pair.old, pair.delayS.toFixed(0))),
    ...c.onlyOld.map((a) => row('only old', a, '-')),
    ...c.onlyNew.map((a) => row('only new', a, '-')),
  ];
  if (rows.length === 0) return [];
  return table(['in', 'since', 'well', 'first-out', 'cause', 'new later, s', 'feedback'], rows);
}
