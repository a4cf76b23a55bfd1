/** How long a whole commit takes: several tasks, rows of two tenants, state, offsets and the fence, one after the other. */
import { Client } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { ChunkPool } from './chunkPool.js';
import { sampleCommit, sampleSchemas, sampleTopic, sampleTopology } from './commitSample.js';
import { createCommitter } from './committer.js';
import { StatePacker } from './statePack.js';
import type { StateSegment } from './taskCommit.js';

export interface MeasureCommitOptions {
  /** As `buildSampleDatabase` leaves it. */
  readonly databaseUrl: string;
  readonly commits: number;
  readonly tasks: number;
  /** A commit, over all tasks. */
  readonly rows: number;
  readonly stateBytes: number;
}

export interface CommitFigures {
  readonly commitsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly stateBytesPacked: number;
  readonly rowsStored: number;
}

export async function measureCommit(options: MeasureCommitOptions): Promise<CommitFigures> {
  const pool = new ChunkPool();
  const committer = createCommitter({ databaseUrl: options.databaseUrl, owner: 'bench', pool });
  try {
    const claims = [];
    for (let task = 0; task < options.tasks; task++) {
      claims.push(await committer.claim(sampleTopology, task, [sampleTopic]));
    }
    const state = [segment(Math.floor(options.stateBytes / options.tasks))];
    const rows = Math.floor(options.rows / options.tasks);
    const timesMs: number[] = [];
    for (let n = 1; n <= options.commits; n++) {
      const commits = claims.map((claim) =>
        sampleCommit({ claim, commitNumber: claim.commitNumber + n, pool, rows, state }),
      );
      const startMs = performance.now();
      const outcomes = await committer.commit(commits);
      timesMs.push(performance.now() - startMs);
      if ([...outcomes.values()].some((outcome) => outcome !== 'committed')) {
        throw new BalancinError('BUG', `a commit of the bench came out as ${[...outcomes.values()].join()}`);
      }
    }
    timesMs.sort((a, b) => a - b);
    const quantile = (q: number): number =>
      timesMs[Math.min(timesMs.length - 1, Math.floor(timesMs.length * q))] ?? 0;
    return {
      commitsPerSecond: (timesMs.length * 1000) / timesMs.reduce((sum, ms) => sum + ms, 0),
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      p99Ms: quantile(0.99),
      rowsStored: await countRows(options.databaseUrl),
      stateBytesPacked: (state[0]?.bytes.length ?? 0) * options.tasks,
    };
  } finally {
    await committer.close();
  }
}

async function countRows(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    let rows = 0;
    for (const schema of sampleSchemas) {
      const counted = await client.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM ${schema}.reading_1m`,
      );
      rows += counted.rows[0]?.n ?? 0;
    }
    return rows;
  } finally {
    await client.end();
  }
}

/** Bytes that do not compress: as many are stored as were asked for. */
function segment(bytes: number): StateSegment {
  const packer = new StatePacker();
  const valueBytes = 128;
  let seed = 1;
  for (let key = 0; key < bytes / valueBytes; key++) {
    const value = Buffer.alloc(valueBytes);
    for (let i = 0; i < valueBytes; i++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      value[i] = seed >>> 24;
    }
    packer.put(key, value);
  }
  const packed = packer.pack('bench', 1, 'segment');
  if (packed === null) throw new BalancinError('BUG', 'the bench has no state');
  return packed;
}
