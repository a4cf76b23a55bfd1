/** `balancin report`: makes a report now, as a PDF file. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';
import { shownPath } from '../shownPath.js';

export const report: Command = {
  name: 'report <kind>',
  summary: 'make a report now (daily) and write it as PDF',
  example: 'balancin report daily --tenant acme --day 2026-03-01 --lang es --out daily.pdf',
  options: [
    { flags: '--tenant <slug>', description: 'tenant', required: true },
    { flags: '--day <day>', description: 'production day, YYYY-MM-DD; the newest that is over by default' },
    { flags: '--lang <language>', description: 'es or en', default: 'es' },
    { flags: '--out <file>', description: 'where to write the PDF; named after the report by default' },
  ],
  async run(context, options, [kind = '']) {
    const language = text(options, 'lang');
    if (language !== 'es' && language !== 'en') throw new BalancinError('USAGE', '--lang takes es or en');
    const tenant = text(options, 'tenant');
    const day = optionalText(options, 'day');
    const { reportKind } = await import('#jobs/reports/reportKinds.js');
    // Before a database is opened for it.
    reportKind(kind);
    const { runReport } = await import('#jobs/runReport.js');
    const { version } = await import('#ops/version.js');
    const { withCell } = await import('../withCell.js');
    await withCell(context, async ({ pool }) => {
      const run = await runReport(kind, {
        pool,
        tenant,
        language,
        version,
        requestedBy: 'command line',
        ...(day === undefined ? {} : { day }),
      });
      const file = resolve(optionalText(options, 'out') ?? `${kind}-${tenant}-${run.day}-${language}.pdf`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, run.pdf);
      const { reportRunId, sha256, summary } = run;
      context.terminal.result({ file, day: run.day, reportRunId, sha256, summary }, () => [shownPath(file)]);
    });
  },
};
