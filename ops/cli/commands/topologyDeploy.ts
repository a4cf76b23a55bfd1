/** `balancin topology deploy`: takes a checkpoint, then makes the installation ready for this program's topology. */
import type { Command } from '../command.js';

export const topologyDeploy: Command = {
  name: 'topology deploy',
  summary:
    'take a checkpoint of every task, then do what `topology plan` says; workers may run, and are restarted with this program one by one afterwards',
  example: 'balancin topology deploy',
  options: [],
  async run(context) {
    const { createCellTopics } = await import('#ops/cell/cell.js');
    const { actorName } = await import('#ops/deadletters/actor.js');
    const { deployTopology } = await import('#ops/topologies/deployTopology.js');
    const { withDeployParts } = await import('../withDeployParts.js');
    await withDeployParts(context, async (parts, cell) => {
      const deployed = await deployTopology(parts, {
        databaseUrl: cell.databaseUrl,
        actor: actorName(),
        checkpointsKept: context.config.cell.checkpointsKept,
        createTopics: () => createCellTopics(cell),
      });
      const { topology, version, previousVersion, isNew, migrations, checkpoints } = deployed;
      context.terminal.result(deployed, () => [
        isNew
          ? `${topology} ${version} may run${previousVersion === null ? '' : `, beside ${previousVersion} for a while`}`
          : `${topology} ${version} was let in already`,
        ...(migrations.length === 0 ? [] : [`migrations: ${migrations.join(', ')}`]),
        `checkpoints of ${Object.keys(checkpoints).length} tasks to go back to`,
      ]);
    });
  },
};
