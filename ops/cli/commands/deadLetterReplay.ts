/** `balancin dead-letter replay`: puts records back on the topics they came in by. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText } from '../command.js';

/** Letters looked up at once; their bytes are read one by one. */
const pageLetters = 200;

export const deadLetterReplay: Command = {
  name: 'dead-letter replay [letters...]',
  summary:
    'put records back on their topics once what made them unusable is mended; each is admitted once, however often it is replayed',
  example: 'balancin dead-letter replay --reason unknown-well --tenant acme',
  options: [
    { flags: '--tenant <slug>', description: 'all open ones of this tenant' },
    { flags: '--reason <reason>', description: 'all open ones for this reason' },
    { flags: '--topic <topic>', description: 'all open ones from this topic' },
    { flags: '--since <time>', description: 'all open ones that arrived at or after this time' },
    { flags: '--all', description: 'all open ones' },
  ],
  async run(context, options, args) {
    const { parseFilter, parseLetterName } = await import('#ops/deadletters/letter.js');
    const { findLetter, lastLetterId, nextLetters } = await import('#ops/deadletters/selectLetters.js');
    const { replayLetters } = await import('#ops/deadletters/replayLetters.js');
    const { actorName } = await import('#ops/deadletters/actor.js');
    const { withCell } = await import('../withCell.js');
    const given = {
      tenant: optionalText(options, 'tenant'),
      reason: optionalText(options, 'reason'),
      topic: optionalText(options, 'topic'),
      since: optionalText(options, 'since'),
    };
    const filtered = options['all'] === true || Object.values(given).some((value) => value !== undefined);
    if (filtered === args.length > 0)
      throw new BalancinError(
        'USAGE',
        'name the letters, or choose them by a filter (--all for all that are open)',
      );
    const names = args.map(parseLetterName);
    const filter = { ...parseFilter(given), state: 'open' };
    const actor = actorName();
    await withCell(context, async (cell) => {
      const { pool } = cell;
      const producer = await (await cell.log()).producer();
      let replayed = 0;
      try {
        if (!filtered) {
          const letters = await Promise.all(names.map((name) => findLetter(pool, name)));
          await replayLetters(pool, producer, letters, actor);
          replayed = letters.length;
        } else {
          // What is dead-lettered again meanwhile is left for another time, or it would go round for ever.
          const upToId = await lastLetterId(pool);
          for (let afterId = 0; !context.signal.aborted; ) {
            const letters = await nextLetters(pool, filter, { afterId, upToId, limit: pageLetters });
            const last = letters.at(-1);
            if (last === undefined) break;
            await replayLetters(pool, producer, letters, actor);
            replayed += letters.length;
            afterId = last.id;
          }
        }
      } finally {
        await producer.close();
      }
      context.terminal.result({ replayed }, () => [
        replayed === 1 ? '1 record is back on its topic' : `${replayed} records are back on their topics`,
        'see what becomes of them: balancin dead-letter list --state replayed',
      ]);
    });
  },
};
