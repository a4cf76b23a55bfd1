/** `balancin topology rollback`: back to the version, state and rows of before the last deployment. */
import { type Command, text } from '../command.js';

export const topologyRollback: Command = {
  name: 'topology rollback',
  summary:
    'go back to before the last `topology deploy`: its version is shut out, what was made since is deleted and read again by the version before; without --yes only says what it would do',
  example: 'balancin topology rollback --why "scores of 5 are twice too high" --yes',
  options: [
    { flags: '--why <text>', description: 'why: written to the audit', required: true },
    { flags: '--topology <id>', description: 'topology', default: 'wells' },
    {
      flags: '--database-stays',
      description: 'the program of the version before knows the migrations that the deployment did',
    },
    { flags: '--yes', description: 'do it; workers may run' },
  ],
  async run(context, options) {
    const { BalancinError } = await import('#schemas/errors.js');
    const { planRollback } = await import('#pipelines/checkpoints/planRollback.js');
    const { rollBackTopology } = await import('#ops/topologies/rollBackTopology.js');
    const { actorName } = await import('#ops/deadletters/actor.js');
    const { withCell } = await import('../withCell.js');
    const { table } = await import('../terminal.js');
    const why = text(options, 'why').trim();
    if (why === '' || why.length > 500) throw new BalancinError('USAGE', '--why takes 1 to 500 characters');
    const isWanted = options['yes'] === true;
    await withCell(context, async (cell) => {
      const rollback = await planRollback(cell.pool, await cell.log(), text(options, 'topology'));
      const rewound = isWanted
        ? await rollBackTopology(cell.pool, rollback, {
            actor: actorName(),
            why,
            databaseStays: options['databaseStays'] === true,
            signal: context.signal,
          })
        : [];
      const deleted: Record<string, number> = {};
      for (const { deleted: of } of rewound)
        for (const [name, rows] of Object.entries(of)) deleted[name] = (deleted[name] ?? 0) + rows;
      const { topology, version, previousVersion, deployedAt, tasks } = rollback;
      context.terminal.result({ ...rollback, done: isWanted, deleted }, () => [
        `${topology} ${version}, deployed at ${deployedAt.toISOString()}, back to ${previousVersion}`,
        ...(tasks.length === 0
          ? ['no task has committed anything']
          : table(
              ['task', 'offsets read again', 'commits undone'],
              tasks.map(({ task, offsetsBack, commitsUndone }) => [task, offsetsBack, commitsUndone]),
            )),
        ...Object.entries(deleted).map(([name, rows]) => `${rows} rows of ${name} deleted`),
        isWanted
          ? `done: start workers of version ${previousVersion}; those of ${version} are refused`
          : 'nothing was changed: add --yes to do it',
      ]);
    });
  },
};
