/** `balancin task skip`: lets a task pass records that stopped it and can never be read. */
import { type Command, text } from '../command.js';

export const taskSkip: Command = {
  name: 'task skip <place>',
  summary:
    'let a task pass an unreadable batch, or records that the log no longer has; a dead letter says so',
  example:
    'balancin task skip edge.telemetry.v1/7@1200 --why "written by a load test, owner told, nothing to save"',
  options: [
    { flags: '--why <text>', description: 'why: written to the audit', required: true },
    { flags: '--topology <id>', description: 'topology of the task', default: 'wells' },
  ],
  async run(context, options, args) {
    const { BalancinError } = await import('#schemas/errors.js');
    const { parsePlace, sayPlace } = await import('#pipelines/log/recordPlace.js');
    const { skipRecords } = await import('#ops/tasks/skipRecords.js');
    const { actorName } = await import('#ops/deadletters/actor.js');
    const { withCell } = await import('../withCell.js');
    const [named = ''] = args;
    const place = parsePlace(named);
    if (place === null)
      throw new BalancinError('USAGE', `'${named}' is not a place as edge.telemetry.v1/7@1200`);
    const why = text(options, 'why').trim();
    if (why === '' || why.length > 500) throw new BalancinError('USAGE', '--why takes 1 to 500 characters');
    const topology = text(options, 'topology');
    await withCell(context, async (cell) => {
      const order = { topology, place, actor: actorName(), why };
      const skipped = await skipRecords(cell.pool, () => cell.log(), order);
      context.terminal.result(skipped, () => [
        `offsets ${skipped.offset} to ${skipped.lastOffset} of ${place.topic}/${place.partition} are skipped: ${skipped.reason}, a dead letter says so`,
        `task ${place.partition} goes on within seconds, where a worker holds it (${sayPlace(place)})`,
      ]);
    });
  },
};
