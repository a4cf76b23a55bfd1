/** `balancin task resume`: lets a task go on that was stopped or quarantined. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, text } from '../command.js';

export const taskResume: Command = {
  name: 'task resume <task>',
  summary: 'let a stopped or quarantined task go on, once what stopped it is mended',
  example: 'balancin task resume 7',
  options: [{ flags: '--topology <id>', description: 'topology of the task', default: 'wells' }],
  async run(context, options, args) {
    const [task = ''] = args;
    if (!/^\d{1,4}$/.test(task)) throw new BalancinError('USAGE', `'${task}' is not the number of a task`);
    const topology = text(options, 'topology');
    const { withCell } = await import('../withCell.js');
    const { actorName } = await import('#ops/deadletters/actor.js');
    const { inPoolTransaction } = await import('#pipelines/database/transaction.js');
    const { writeAudit } = await import('#pipelines/tenants/writeAudit.js');
    await withCell(context, async ({ pool }) => {
      await inPoolTransaction(pool, async (client) => {
        const { rows } = await client.query<{ resumed: boolean | null }>(
          'SELECT balancin.resume_task($1, $2) AS resumed',
          [topology, Number(task)],
        );
        if (rows[0]?.resumed !== true)
          throw new BalancinError(
            'NOT_FOUND',
            `task ${task} of ${topology} is neither stopped nor quarantined`,
          );
        const subject = `${topology} task ${task}`;
        await writeAudit(client, {
          action: 'task.resume',
          tenant: null,
          subject,
          detail: { actor: actorName() },
        });
      });
      context.terminal.result({ topology, task: Number(task) }, () => [
        `task ${task} goes on within seconds, where a worker holds it`,
      ]);
    });
  },
};
