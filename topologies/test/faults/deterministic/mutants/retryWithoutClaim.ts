/** After an unknown outcome of COMMIT the same rows are sent again, numbered on from what the database holds by then. */
import type { Committer, TaskCommit } from '#pipelines/commit/taskCommit.js';
import { committerOver } from '../committerOver.js';
import type { CommitterParts, Mutation } from '../mutation.js';

interface Standing {
  commitNumber: number;
  offsets: Record<string, number>;
}

export const retryWithoutClaim: Mutation = {
  name: 'commit retried without a claim',
  worker: () => ({
    committer: (real, parts) =>
      committerOver(real, {
        async commit(tasks) {
          // Their memory is given back with the first outcome.
          const copies = tasks.map(copyOf);
          const outcomes = new Map(await real.commit(tasks));
          for (const copy of copies)
            if (outcomes.get(copy.claim.task) === 'unknown')
              outcomes.set(copy.claim.task, await sendAgain(real, parts, copy));
          return outcomes;
        },
      }),
  }),
};

async function sendAgain(real: Committer, parts: CommitterParts, commit: TaskCommit) {
  const { topology, task } = commit.claim;
  const { commitNumber, offsets } = await readStanding(parts, topology, task);
  const again = await real.commit([
    {
      ...commit,
      commitNumber: commitNumber + 1,
      expectedOffsets: new Map(Object.entries(offsets)),
      nextOffsets: new Map([...commit.nextOffsets, ...Object.entries(offsets)]),
    },
  ]);
  return again.get(task) ?? 'unknown';
}

async function readStanding(
  { openSession }: CommitterParts,
  topology: string,
  task: number,
): Promise<Standing> {
  for (;;) {
    try {
      const session = await openSession({
        databaseUrl: '',
        purpose: 'watch',
        connectTimeoutMs: 0,
        lockTimeoutMs: 0,
        statementTimeoutMs: 0,
      });
      const { rows } = await session.client.query<Standing>(
        `SELECT commit_number::float8 AS "commitNumber", next_offsets AS offsets
         FROM balancin.task WHERE topology = $1 AND task = $2`,
        [topology, task],
      );
      await session.end();
      const [row] = rows;
      if (row !== undefined) return row;
    } catch {
      // Cut once more: connect again.
    }
  }
}

function copyOf(commit: TaskCommit): TaskCommit {
  const rows = commit.rows.map((part) => ({
    ...part,
    chunks: part.chunks.map((chunk) => Uint8Array.from(chunk)),
  }));
  return { ...commit, rows };
}
