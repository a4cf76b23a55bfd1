/** `balancin task list`: how far every task is, who holds it, and whether it goes on. */
import type { Command } from '../command.js';

const select = `
  SELECT t.topology, t.task, t.owner, t.updated_at AS "updatedAt", t.commit_number::float8 AS commits, t.next_offsets AS "nextOffsets",
    CASE WHEN r.state = 'free' AND r.reason IS NOT NULL THEN 'stopped' ELSE coalesce(r.state, 'free') END AS state, r.reason
  FROM balancin.task t LEFT JOIN balancin.task_trial r USING (topology, task)
  ORDER BY t.topology, t.task`;

interface Row {
  readonly topology: string;
  readonly task: number;
  readonly owner: string;
  readonly updatedAt: Date;
  readonly commits: number;
  readonly nextOffsets: Readonly<Record<string, number>>;
  readonly state: string;
  readonly reason: string | null;
}

export const taskList: Command = {
  name: 'task list',
  summary: 'list the tasks: how far each is, who holds it, whether it was stopped and why',
  example: 'balancin task list',
  options: [],
  async run(context) {
    const { withCell } = await import('../withCell.js');
    const { table } = await import('../terminal.js');
    await withCell(context, async ({ pool }) => {
      const { rows } = await pool.query<Row>(select);
      context.terminal.result({ tasks: rows }, () =>
        rows.length === 0
          ? ['no task has been claimed yet']
          : table(
              ['topology', 'task', 'state', 'commits', 'last commit', 'owner', 'reason'],
              rows.map((row) => [
                row.topology,
                row.task,
                row.state,
                row.commits,
                row.updatedAt.toISOString(),
                row.owner,
                row.reason ?? '-',
              ]),
            ),
      );
    });
  },
};
