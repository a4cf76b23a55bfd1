/** `balancin checkpoint`: keeps how all tasks stand now, as a place to go back to. */
import type { Command } from '../command.js';

export const checkpoint: Command = {
  name: 'checkpoint',
  summary:
    'keep how all tasks stand now, as a place that `reprocess` can go back to (a job does so every six hours)',
  example: 'balancin checkpoint',
  options: [],
  async run(context) {
    const { takeCheckpoints } = await import('#pipelines/checkpoints/takeCheckpoints.js');
    const { withCell } = await import('../withCell.js');
    await withCell(context, async ({ pool }) => {
      const result = await takeCheckpoints(pool, { kept: context.config.cell.checkpointsKept });
      context.terminal.result(result, () => [
        `checkpoints of ${result.taken} tasks taken, ${result.forgotten} old ones forgotten`,
      ]);
    });
  },
};
