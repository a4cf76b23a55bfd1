/** `balancin dead-letter skip`: says that a record is not to be used, and why. */
import { type Command, text } from '../command.js';

export const deadLetterSkip: Command = {
  name: 'dead-letter skip <letters...>',
  summary: 'mark records as not to be used, with the reason; they are kept',
  example: 'balancin dead-letter skip 17 18 --why "test frames of the commissioning"',
  options: [{ flags: '--why <text>', description: 'why: written to the audit', required: true }],
  async run(context, options, args) {
    const { BalancinError } = await import('#schemas/errors.js');
    const { parseLetterName } = await import('#ops/deadletters/letter.js');
    const { findLetter } = await import('#ops/deadletters/selectLetters.js');
    const { decide } = await import('#ops/deadletters/decide.js');
    const { actorName } = await import('#ops/deadletters/actor.js');
    const { inPoolTransaction } = await import('#pipelines/database/transaction.js');
    const { withCell } = await import('../withCell.js');
    const why = text(options, 'why').trim();
    if (why === '' || why.length > 500) throw new BalancinError('USAGE', '--why takes 1 to 500 characters');
    const names = args.map(parseLetterName);
    await withCell(context, async ({ pool }) => {
      await inPoolTransaction(pool, async (client) => {
        for (const name of names)
          await decide(client, await findLetter(client, name), {
            decision: 'skipped',
            actor: actorName(),
            why,
          });
      });
      context.terminal.result({ skipped: names.length }, () => [
        names.length === 1 ? '1 record is skipped' : `${names.length} records are skipped`,
      ]);
    });
  },
};
