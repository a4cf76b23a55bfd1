/** `balancin reprocess`: reads records again from a time on, in the place of what was made of them. */
import { BalancinError } from '#schemas/errors.js';
import { topicsIn } from '#schemas/topics.js';
import { type Command, text } from '../command.js';

export const reprocess: Command = {
  name: 'reprocess',
  summary:
    'delete what was made of records since a checkpoint and read them again; without --yes only says what it would do',
  example: 'balancin reprocess --from 2026-03-01T06:00:00Z --topic edge.telemetry.v1 --yes',
  options: [
    {
      flags: '--from <time>',
      description: 'all that arrived at or after this time is read again',
      required: true,
    },
    {
      flags: '--topic <topic>',
      description: 'tasks that read anything of this topic since then',
      required: true,
    },
    { flags: '--yes', description: 'do it; the workers may run' },
  ],
  async run(context, options) {
    const from = new Date(text(options, 'from'));
    if (Number.isNaN(from.getTime()))
      throw new BalancinError('USAGE', `--from takes a time as 2026-03-01T06:00:00Z`);
    const topic = text(options, 'topic');
    if (!(topicsIn as readonly string[]).includes(topic))
      throw new BalancinError('USAGE', `--topic takes one of ${topicsIn.join(', ')}`);
    const { planRewind } = await import('#pipelines/checkpoints/planRewind.js');
    const { rewindTask } = await import('#pipelines/checkpoints/rewindTask.js');
    const { actorName } = await import('#ops/deadletters/actor.js');
    const { withCell } = await import('../withCell.js');
    const { table } = await import('../terminal.js');
    await withCell(context, async (cell) => {
      const { pool } = cell;
      const plan = await planRewind(pool, await cell.log(), { from, topic });
      const done = [];
      if (options['yes'] === true) {
        for (const rewind of plan) {
          context.signal.throwIfAborted();
          done.push(await rewindTask(pool, rewind, actorName()));
        }
      }
      const deleted = new Map<string, number>();
      for (const { deleted: of } of done)
        for (const [name, rows] of Object.entries(of)) deleted.set(name, (deleted.get(name) ?? 0) + rows);
      context.terminal.result(
        {
          from: from.toISOString(),
          topic,
          done: options['yes'] === true,
          tasks: plan,
          deleted: Object.fromEntries(deleted),
        },
        () => [
          ...(plan.length === 0
            ? [`no task has read anything of ${topic} since then`]
            : table(
                ['task', 'back to', 'offsets read again', 'commits undone'],
                plan.map(({ task, takenAt, offsetsBack, commitsUndone }) => [
                  task,
                  takenAt === null ? 'its beginning' : `the checkpoint of ${takenAt.toISOString()}`,
                  offsetsBack,
                  commitsUndone,
                ]),
              )),
          ...[...deleted].map(([name, rows]) => `${rows} rows of ${name} deleted`),
          ...(plan.length > 0 && options['yes'] !== true ? ['nothing was changed: add --yes to do it'] : []),
        ],
      );
    });
  },
};
