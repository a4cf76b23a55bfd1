/** `balancin model list`: versions of the models on this machine, which of them speak for whom, when they last scored. */
import type { Command } from '../command.js';

export const modelList: Command = {
  name: 'model list',
  summary: 'list the versions of the models, for whom each speaks or is watched, and when it last scored',
  example: 'balancin model list',
  options: [],
  async run(context) {
    const { withCell } = await import('../withCell.js');
    const { table } = await import('../terminal.js');
    const { listModels } = await import('#ops/models/listModels.js');
    await withCell(context, async ({ pool }) => {
      const models = await listModels(pool, context.config.models.folder);
      context.terminal.result({ models }, () =>
        table(
          ['model', 'version', 'from', 'trained', 'active for', 'shadow for', 'last score', 'usable'],
          models.map((m) => [
            m.model,
            m.version,
            m.shipped ? 'program' : m.folder,
            m.created.slice(0, 10),
            m.activeFor.join(', ') || '–',
            m.shadowFor.join(', ') || '–',
            m.lastScoreAt ?? '–',
            m.usable ? 'yes' : 'no: other features',
          ]),
        ),
      );
    });
  },
};
