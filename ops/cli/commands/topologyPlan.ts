/** `balancin topology plan`: what deploying this program's topology would change here. */
import type { Command } from '../command.js';

export const topologyPlan: Command = {
  name: 'topology plan',
  summary:
    'say what deploying this program’s topology would change: version, topics, schemas, tables, state; changes nothing (exit code 3: a rule refuses it)',
  example: 'balancin topology plan',
  options: [],
  async run(context) {
    const { planTopology } = await import('#ops/topologies/planTopology.js');
    const { withDeployParts } = await import('../withDeployParts.js');
    const { table } = await import('../terminal.js');
    return await withDeployParts(context, async (parts) => {
      const plan = await planTopology(parts);
      const shown = plan.changes.filter(({ change }) => change !== 'none');
      context.terminal.result(plan, () => [
        ...(shown.length === 0
          ? ['nothing changes']
          : table(
              ['part', 'name', 'change', ''],
              shown.map(({ part, name, change, detail }) => [part, name, change, detail]),
            )),
        ...(plan.complete ? [] : ['schemas and state are compared once the control tables are migrated']),
        plan.refused
          ? `${plan.topology} ${plan.version} cannot be deployed here`
          : `${plan.topology} ${plan.version}: balancin topology deploy does it, with a checkpoint first`,
      ]);
      return plan.refused ? 3 : 0;
    });
  },
};
