/** `balancin topology status`: which versions have run here, and what this program would run. */
import type { Command } from '../command.js';

const select = `
  SELECT topology, version, structure, topics, first_run_at AS "firstRunAt" FROM balancin.topology_version
  ORDER BY topology, version`;
const states = `
  SELECT coalesce(r.state, 'free') AS state, count(*)::int AS tasks FROM balancin.task t
  LEFT JOIN balancin.task_trial r USING (topology, task) WHERE t.topology = $1 GROUP BY 1 ORDER BY 1`;

interface Version {
  readonly topology: string;
  readonly version: number;
  readonly structure: string;
  readonly topics: readonly string[];
  readonly firstRunAt: Date;
}

export const topologyStatus: Command = {
  name: 'topology status',
  summary: 'say which versions of the topology have run here, and how this program differs from the last',
  example: 'balancin topology status',
  options: [],
  async run(context) {
    const { default: wells } = await import('#topologies/wells.js');
    const { withCell } = await import('../withCell.js');
    await withCell(context, async ({ pool }) => {
      const { rows: versions } = await pool.query<Version>(select);
      const { rows: tasks } = await pool.query<{ state: string; tasks: number }>(states, [wells.id]);
      const last = versions.filter(({ topology }) => topology === wells.id).at(-1);
      const then = last?.structure.split('; ') ?? [];
      const now = wells.structure.split('; ');
      const added = now.filter((node) => !then.includes(node));
      const removed = then.filter((node) => !now.includes(node));
      const refused = last?.version === wells.version && added.length + removed.length > 0;
      const program = { id: wells.id, version: wells.version, added, removed, refused };
      context.terminal.result({ program, versions, tasks }, () => [
        ...versions.map(
          ({ topology, version, firstRunAt }) =>
            `${topology} ${version} ran here first at ${firstRunAt.toISOString()}`,
        ),
        ...tasks.map(({ state, tasks: count }) => `${count} tasks ${state === 'free' ? 'go on' : state}`),
        `this program: ${wells.id} ${wells.version}`,
        ...added.map((node) => `  + ${node}`),
        ...removed.map((node) => `  - ${node}`),
        ...(refused ? ['  its workers will be refused: raise the version'] : []),
      ]);
    });
  },
};
