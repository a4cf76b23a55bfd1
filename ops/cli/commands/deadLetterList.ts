/** `balancin dead-letter list`: what could not be used, newest first. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';

export const deadLetterList: Command = {
  name: 'dead-letter list',
  summary: 'list records that could not be used, newest first, with what became of them',
  example: 'balancin dead-letter list --state open --reason unknown-well --since 2026-03-01T00:00:00Z',
  options: [
    { flags: '--tenant <slug>', description: 'only of this tenant' },
    { flags: '--reason <reason>', description: 'only for this reason' },
    { flags: '--topic <topic>', description: 'only from this topic' },
    { flags: '--since <time>', description: 'only what arrived at or after this time' },
    { flags: '--state <state>', description: 'open, replayed, skipped or all', default: 'all' },
    { flags: '--limit <n>', description: 'how many', default: '50' },
  ],
  async run(context, options) {
    const limit = Number(text(options, 'limit'));
    if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
      throw new BalancinError('USAGE', '--limit takes a whole number from 1 to 10000');
    const { parseFilter, printable } = await import('#ops/deadletters/letter.js');
    const { listLetters } = await import('#ops/deadletters/selectLetters.js');
    const { sayPlace } = await import('#pipelines/log/recordPlace.js');
    const { withCell } = await import('../withCell.js');
    const { table } = await import('../terminal.js');
    const filter = parseFilter({
      tenant: optionalText(options, 'tenant'),
      reason: optionalText(options, 'reason'),
      topic: optionalText(options, 'topic'),
      since: optionalText(options, 'since'),
      state: optionalText(options, 'state'),
    });
    await withCell(context, async ({ pool }) => {
      const letters = await listLetters(pool, filter, limit);
      context.terminal.result({ deadLetters: letters }, () =>
        letters.length === 0
          ? ['no dead letters']
          : table(
              ['id', 'arrived', 'source', 'tenant', 'state', 'reason', 'detail'],
              letters.map((letter) => [
                String(letter.id),
                letter.arrivedAt.toISOString(),
                sayPlace(letter),
                printable(letter.tenant ?? '-'),
                letter.outcome === null ? letter.state : `${letter.state}: ${letter.outcome}`,
                letter.reason,
                printable(letter.detail),
              ]),
            ),
      );
    });
  },
};
