/** The way into the database: encoding windows, COPY against prepared bytes, and whole commits, on the embedded server. */
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgres, startPostgres } from '#ops/servers/postgres.js';
import { buildSampleDatabase } from './commitSample.js';
import { measureCommit } from './measureCommit.js';
import { measureCopy } from './measureCopy.js';

const sizes = {
  smoke: { rows: 5_000, rounds: 1, commits: 3, tasks: 2, commitRows: 200, stateBytes: 16 * 1024 },
  // The commit is the one that the first sketch of this design was measured with.
  full: { rows: 300_000, rounds: 5, commits: 200, tasks: 12, commitRows: 2_000, stateBytes: 1024 * 1024 },
};

export const bench = {
  name: 'commit',
  startsServers: true,
  about: 'Rows a second from closed windows into a table, and how long a commit takes, fsync on.',
  async run(size: 'smoke' | 'full') {
    const inputs = sizes[size];
    const dataDir = await mkdtemp(join(tmpdir(), 'balancin-bench-commit-'));
    const server = await startPostgres({ dataDir, durable: size === 'full' });
    try {
      await buildSampleDatabase(server.url);
      const copy = await measureCopy({ databaseUrl: server.url, rows: inputs.rows, rounds: inputs.rounds });
      const commit = await measureCommit({
        databaseUrl: server.url,
        commits: inputs.commits,
        tasks: inputs.tasks,
        rows: inputs.commitRows,
        stateBytes: inputs.stateBytes,
      });
      const { p50Ms, p95Ms, p99Ms, stateBytesPacked } = commit;
      const { bytesPerRow, rowsStored, preparedRowsPerSecond, ratioPrepared } = copy;
      return {
        inputs,
        cases: [
          oneCase('encode', 'rows', copy.encodeRowsPerSecond, copy.hash, { bytesPerRow }),
          oneCase('copy', 'rows', copy.copyRowsPerSecond, copy.hash, {
            rowsStored,
            preparedRowsPerSecond,
            ratioPrepared,
          }),
          oneCase('commit', 'commits', commit.commitsPerSecond, hashOf(commit.rowsStored), {
            p50Ms,
            p95Ms,
            p99Ms,
            stateBytesPacked,
            rowsStored: commit.rowsStored,
          }),
        ],
      };
    } finally {
      await server.stop();
      await removePostgres(dataDir);
    }
  },
};

function oneCase(name: string, unit: string, rate: number, hash: string, figures: Record<string, number>) {
  return { name, unit, rate, ratioToFloor: null, hash, figures };
}

function hashOf(figure: number): string {
  return createHash('sha256').update(String(figure)).digest('hex');
}
