/** What the tasks have left in the database: stopped ones, dead letters that wait, sums that do not close. */
import { conservation } from '#pipelines/conservation/conservation.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { failed, type Finding, ok, warning } from './checkUp.js';

interface Trial {
  readonly topology: string;
  readonly task: number;
  readonly state: string;
  readonly reason: string | null;
}

const trials = `
  SELECT topology, task, state, reason FROM balancin.task_trial
  WHERE state <> 'free' OR reason IS NOT NULL ORDER BY topology, task`;
const letters = `
  SELECT reason, count(*)::float8 AS open FROM balancin.dead_letter_state WHERE state = 'open' GROUP BY reason ORDER BY 2 DESC`;

export async function checkTasks(client: SqlClient): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { topology, task, state, reason } of (await client.query<Trial>(trials)).rows) {
    const name = `${topology} task ${task}`;
    if (state === 'alone')
      findings.push(
        warning(
          'task',
          `${name} reads one record at a time: workers died there`,
          'see the log of the workers',
        ),
      );
    else
      findings.push(
        failed(
          'task',
          `${name} is ${state === 'quarantined' ? 'quarantined' : 'stopped'}: ${reason ?? 'no reason was given'}`,
          `mend what it names, then: balancin task resume ${task}`,
        ),
      );
  }
  const { rows: open } = await client.query<{ reason: string; open: number }>(letters);
  if (open.length > 0)
    findings.push(
      warning(
        'dead letters',
        `open: ${open.map((row) => `${row.open} ${row.reason}`).join(', ')}`,
        'balancin dead-letter list --state open; then replay or skip them',
      ),
    );
  const apart = (await conservation(client)).filter(({ difference }) => difference !== 0);
  findings.push(
    apart.length === 0
      ? ok('conservation', 'every record read is written, open, duplicate or rejected')
      : failed(
          'conservation',
          apart
            .map(({ topology, task, difference }) => `${topology} task ${task}: ${difference} frames`)
            .join(', '),
          'records were lost or counted twice: keep the logs and report it',
        ),
  );
  return findings;
}
