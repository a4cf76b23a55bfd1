/** `balancin simulate esp`: wells with electrical submersible pumps, as an evaluation reads them. */
import { resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { type Command, text } from '../command.js';
import { shownPath } from '../shownPath.js';

export const simulateEsp: Command = {
  name: 'simulate esp',
  summary: 'simulate wells with electrical submersible pumps, their failures and events',
  example: 'balancin simulate esp --out wells --wells 50 --days 180 --seed 1 --setting onshore --step 60',
  options: [
    {
      flags: '--out <dir>',
      description: 'writes <well>.csv.gz, labels.json and oracle.json here',
      required: true,
    },
    { flags: '--wells <n>', description: 'how many', default: '20' },
    { flags: '--days <n>', description: 'length of the record', default: '180' },
    { flags: '--seed <n>', description: 'the same seed gives the same bytes', default: '1' },
    { flags: '--setting <name>', description: 'onshore, offshore, gassy, heavy, events', default: 'onshore' },
    { flags: '--step <minutes>', description: 'between rows, 1 to 60', default: '60' },
  ],
  async run({ terminal }, options) {
    const { isSetting, settings } = await import('#models/esp/simulator/ranges.js');
    const { writeSet } = await import('#models/esp/simulator/writeSet.js');
    const setting = text(options, 'setting');
    if (!isSetting(setting))
      throw new BalancinError('USAGE', `--setting is one of ${Object.keys(settings).join(', ')}`);
    const folder = resolve(text(options, 'out'));
    const wells = whole('wells', text(options, 'wells'), 1, 5000);
    const summary = writeSet({
      folder,
      setting,
      wells,
      days: whole('days', text(options, 'days'), 1, 3650),
      seed: whole('seed', text(options, 'seed'), 0, 1e9),
      stepMs: whole('step', text(options, 'step'), 1, 60) * 60_000,
      startMs: Date.UTC(2025, 0, 1),
      progress: (done) => {
        if (done % 20 === 0) terminal.line(`${done} of ${wells} wells`);
      },
    });
    terminal.result({ ...summary, setting }, () => [
      `${summary.wells} wells, ${summary.rows} rows, ${summary.failures} failures (${summary.sudden} sudden), ${summary.events} events in ${shownPath(folder)}`,
    ]);
  },
};

function whole(name: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new BalancinError('USAGE', `--${name} takes a whole number from ${least} to ${most}`);
  return value;
}
