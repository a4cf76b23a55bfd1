/** A database with two tenants and commits made up for it: what the tests and benches of this folder work on. */
import { Pool } from 'pg';
import { migrateControl } from '../database/migrate.js';
import { createTenant } from '../tenants/createTenant.js';
import { Tally } from '../tally.js';
import type { ChunkPool } from './chunkPool.js';
import { cycleOf } from './cycle.js';
import type { Claim, OutboxMessage, StateSegment, TaskCommit } from './taskCommit.js';
import { WindowRows } from './windowRows.js';
import { createWindowBatch } from './windowSample.js';

export const sampleTopology = 'wells';
export const sampleTopic = 'edge.telemetry.v1';
export const sampleSchemas = ['t_alfa', 't_beta'];

/** Migrated, with the tenants `alfa` and `beta`. */
export async function buildSampleDatabase(url: string): Promise<void> {
  await migrateControl(url);
  const pool = new Pool({ connectionString: url, max: 1 });
  try {
    for (const slug of ['alfa', 'beta']) await createTenant(pool, { slug, name: slug, plan: 'enterprise' });
  } finally {
    await pool.end();
  }
}

export interface SampleCommit {
  readonly claim: Claim;
  /** By default the one after the claim's. */
  readonly commitNumber?: number;
  readonly pool: ChunkPool;
  readonly rows?: number;
  readonly schemas?: readonly string[];
  readonly state?: readonly (StateSegment | null)[];
  readonly outbox?: readonly OutboxMessage[];
}

/** Takes the task 100 records on with every commit, each a frame. */
export function sampleCommit(sample: SampleCommit): TaskCommit {
  const { claim, pool } = sample;
  const commitNumber = sample.commitNumber ?? claim.commitNumber + 1;
  const rows = new WindowRows(pool);
  const { batch } = createWindowBatch(sample.rows ?? 100, sample.schemas ?? sampleSchemas);
  rows.append(batch, cycleOf(claim.task, commitNumber));
  const tally = new Tally();
  tally.frames.written = 100;
  tally.samples.written = 6_000;
  tally.samples.late = 3;
  tally.rejectedFrames['unknown-well'] = 2;
  const expected = (commitNumber - 1) * 100;
  return {
    claim,
    commitNumber,
    expectedOffsets: new Map(expected === 0 ? [] : [[sampleTopic, expected]]),
    nextOffsets: new Map([[sampleTopic, expected + 100]]),
    clockMs: 1_767_225_600_000 + commitNumber,
    arrivedMs: 1_767_225_600_000,
    rows: rows.take(),
    state: (sample.state ?? []).filter((segment) => segment !== null),
    outbox: sample.outbox ?? [],
    tally,
  };
}
