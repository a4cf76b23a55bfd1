/** `balancin esp risk`: the ESPs of a tenant by what their failure would cost, or one of them in full. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';

export const espRisk: Command = {
  name: 'esp risk',
  summary: 'rank the ESPs of a tenant by risk × what a stop defers × days down, or show one in full',
  example: 'balancin esp risk --tenant acme --well ESP-12 --lang es --picture esp-12.png',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--well <well>', description: 'this well in full: why, since when, what to check first' },
    { flags: '--at <time>', description: 'as it was then, ISO 8601; now by default' },
    {
      flags: '--days-down <n>',
      description: 'days from failure to production again; as set by esp days-down',
    },
    { flags: '--lang <language>', description: 'es or en', default: 'es' },
    {
      flags: '--picture <file>',
      description: 'with --well: its risk over 60 days and what explains it, .svg or .png',
    },
  ],
  async run(context, options) {
    const language = text(options, 'lang');
    if (language !== 'es' && language !== 'en') throw new BalancinError('USAGE', '--lang takes es or en');
    const at = optionalText(options, 'at');
    const nowMs = at === undefined ? Date.now() : Date.parse(at);
    if (Number.isNaN(nowMs)) throw new BalancinError('USAGE', '--at takes a time: 2026-03-01T06:00Z');
    const days = optionalText(options, 'daysDown');
    const forAll = days === undefined ? {} : { expectedDaysDown: Number(days) };
    if (forAll.expectedDaysDown !== undefined && !(forAll.expectedDaysDown > 0))
      throw new BalancinError('USAGE', '--days-down takes a number above 0');
    const well = optionalText(options, 'well');
    const picture = optionalText(options, 'picture');
    if (picture !== undefined && (well === undefined || !/\.(svg|png)$/.test(picture)))
      throw new BalancinError('USAGE', '--picture takes a file that ends in .svg or .png, and --well');
    const tenant = text(options, 'tenant');
    const { withCell } = await import('../withCell.js');
    const { asTenant } = await import('#pipelines/database/asTenant.js');
    const { readEspRanking } = await import('#jobs/esp/readEspRanking.js');
    const { closingLines, espLines } = await import('#jobs/esp/espRiskLines.js');
    const { rankingTable } = await import('#jobs/esp/espRankingTable.js');
    const { espJson } = await import('#jobs/esp/espRiskJson.js');
    const { table } = await import('../terminal.js');
    await withCell(context, async ({ pool }) => {
      const { ranking, drawn } = await asTenant(pool, tenant, async (client) => {
        const read = await readEspRanking(client, { nowMs, ...forAll });
        if (picture === undefined || well === undefined) return { ranking: read, drawn: null };
        const { drawEsp } = await import('#jobs/esp/drawEsp.js');
        return { ranking: read, drawn: await drawEsp(client, { well, nowMs, days: 60, language }) };
      });
      if (drawn !== null && picture !== undefined) {
        const { pngOf } = await import('#jobs/reports/card/pngOf.js');
        const file = resolve(picture);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, file.endsWith('.png') ? pngOf(drawn) : drawn);
      }
      const shown =
        well === undefined ? ranking.ranked : ranking.ranked.filter(({ row }) => row.well === well);
      const isLeft = ranking.left.some(({ row }) => row.well === well);
      if (well !== undefined && shown.length === 0 && !isLeft)
        throw new BalancinError('NOT_FOUND', `tenant ${tenant} has no ESP ${well} with a score`);
      context.terminal.result(espJson(ranking, shown, language), () => [
        ...(well === undefined
          ? table(...rankingTable(ranking, language))
          : shown.flatMap((esp) => espLines(esp, language))),
        ...closingLines(ranking, language),
      ]);
    });
  },
};
