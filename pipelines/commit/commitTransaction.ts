/** The order of a commit: the one place where it stands, and the only one that sends it. */
import { BalancinError } from '#schemas/errors.js';
import { copyIn } from './copyIn.js';
import type { PreparedCommit } from './preparedCommit.js';
import type { Session } from './session.js';
import type { CopyRows } from './taskCommit.js';

export const commitSteps = ['begin', 'rows', 'state', 'outbox', 'fence'] as const;
export type CommitStep = (typeof commitSteps)[number];

/** Called before each step is sent: where tests stop, cut and kill. */
export type OnCommitStep = (step: CommitStep, session: { readonly pid: number }) => void | Promise<void>;

/**
 * 1. BEGIN
 * 2. COPY rows: tenants and tables always in the same order, the tasks' rows of one table in one COPY; all COPYs go out at
 *    once, so that two hundred tenants cost one round trip
 * 3. COPY state
 * 4. COPY outbox
 * 5. SELECT advance(…); COMMIT — one message: the fence comes last, and a process that hangs anywhere before holds no task's
 *    row; one that is cut off here does not know the outcome
 *
 * `fenceSent` is called once step 5 may have reached the server.
 */
export async function runCommit(
  session: Session,
  commits: readonly PreparedCommit[],
  onStep: OnCommitStep,
  fenceSent: () => void,
): Promise<void> {
  const { client } = session;

  await onStep('begin', session);
  await client.query('BEGIN');

  await onStep('rows', session);
  await copyIn(client, inTableOrder(commits.flatMap((c) => c.rows)));

  await onStep('state', session);
  await copyIn(client, [present(commits.map((c) => c.state))]);

  await onStep('outbox', session);
  await copyIn(client, [present(commits.map((c) => c.outbox))]);

  await onStep('fence', session);
  const advances = client.escapeLiteral(JSON.stringify(commits.map((c) => c.advance)));
  fenceSent();
  const results = (await client.query(`SELECT balancin.advance(${advances}); COMMIT`)) as unknown;
  const done = Array.isArray(results) ? (results as { command: string }[]).at(-1)?.command : undefined;
  if (done !== 'COMMIT') {
    throw new BalancinError('BUG', `a commit was answered with ${String(done)}`);
  }
}

/** Parts by table, ordered by schema and table: two commits that run at once take their locks in the same order. */
function inTableOrder(parts: readonly CopyRows[]): CopyRows[][] {
  const byTable = new Map<string, CopyRows[]>();
  for (const part of parts) {
    const name = `${part.schema}.${part.table.name}`;
    const known = byTable.get(name);
    if (known === undefined) byTable.set(name, [part]);
    else known.push(part);
  }
  return [...byTable.keys()].sort().map((name) => byTable.get(name) ?? []);
}

function present(parts: readonly (CopyRows | null)[]): CopyRows[] {
  return parts.filter((part) => part !== null);
}
