/** Lets a task pass records that stopped it: an operator's decision, with its dead letter, in one transaction. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import type { RejectReason } from '#schemas/records/deadLetter.js';
import { cycleOf } from '#pipelines/commit/cycle.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { inPoolTransaction } from '#pipelines/database/transaction.js';
import type { EventLog } from '#pipelines/log/eventLog.js';
import { type RecordPlace, sayPlace } from '#pipelines/log/recordPlace.js';
import { writeAudit } from '#pipelines/tenants/writeAudit.js';

export interface SkipOrder {
  readonly topology: string;
  /** The first record that is not read, as the task's reason names it. */
  readonly place: RecordPlace;
  readonly actor: string;
  readonly why: string;
}

export interface Skipped extends RecordPlace {
  readonly topology: string;
  readonly lastOffset: number;
  readonly reason: Extract<RejectReason, 'unreadable-batch' | 'past-log-retention'>;
}

const skipBatch = `
  UPDATE balancin.unreadable_batch b SET skipped_at = clock_timestamp(), skipped_by = $5, skip_reason = $6
  WHERE topology = $1 AND task = $2 AND topic = $3 AND first_offset <= $4 AND last_offset >= $4 AND skipped_at IS NULL
  RETURNING b.first_offset::float8 AS "firstOffset", b.last_offset::float8 AS "lastOffset", b.arrived_at AS "arrivedAt", b.why`;
const lock = `
  SELECT (next_offsets ->> $3)::float8 AS next FROM balancin.task WHERE topology = $1 AND task = $2 FOR UPDATE`;
const move = `
  UPDATE balancin.task SET epoch = epoch + 1, owner = $3, updated_at = clock_timestamp(),
    next_offsets = next_offsets || jsonb_build_object($4::text, $5::int8)
  WHERE topology = $1 AND task = $2`;
const count = `
  INSERT INTO balancin.task_tally AS y (topology, task, measure, name, total) VALUES ($1, $2, 'records', 'skipped', $3)
  ON CONFLICT (topology, task, measure, name) DO UPDATE SET total = y.total + EXCLUDED.total`;
const letter = `
  INSERT INTO balancin.dead_letter (topic, partition, record_offset, arrived_at, reason, detail, cycle)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/**
 * Two things stop a task at a place of the log for good. A batch that cannot be unpacked: what is before it is read first,
 * and the worker passes it when it comes to it. Records that the log no longer holds: the next offset moves to the first that
 * it does. In both cases the task goes on afterwards. Throws NOT_FOUND where nothing of the kind is known at the place.
 */
export async function skipRecords(
  pool: Pool,
  openLog: () => Promise<Pick<EventLog, 'offsets'>>,
  order: SkipOrder,
): Promise<Skipped> {
  const { topology, place } = order;
  return await inPoolTransaction(pool, async (client) => {
    const skipped = (await skipUnreadable(client, order)) ?? (await skipLost(client, order, await openLog()));
    if (skipped === null)
      throw new BalancinError(
        'NOT_FOUND',
        `nothing is known at ${sayPlace(place)} that ${topology} cannot read: only what stopped a task is skipped (balancin task list)`,
      );
    await client.query('SELECT balancin.resume_task($1, $2)', [topology, place.partition]);
    return skipped;
  });
}

async function skipUnreadable(client: SqlClient, order: SkipOrder): Promise<Skipped | null> {
  const { topology, place, actor, why } = order;
  const { rows } = await client.query<{
    firstOffset: number;
    lastOffset: number;
    arrivedAt: Date;
    why: string;
  }>(skipBatch, [topology, place.partition, place.topic, place.offset, actor, why]);
  // More than one where the log was made anew and failed again: the later one is what stands there.
  const batch = rows.toSorted((a, b) => a.arrivedAt.getTime() - b.arrivedAt.getTime()).at(-1);
  if (batch === undefined) return null;
  const { firstOffset: offset, lastOffset, arrivedAt } = batch;
  const skipped = { ...place, topology, offset, lastOffset, reason: 'unreadable-batch' } as const;
  await writeDown(client, order, skipped, { arrivedAt, cause: batch.why });
  return skipped;
}

async function skipLost(
  client: SqlClient,
  order: SkipOrder,
  log: Pick<EventLog, 'offsets'>,
): Promise<Skipped | null> {
  const { topology, place, actor } = order;
  const { topic, partition } = place;
  const low = (await log.offsets(topic))[partition]?.low ?? 0;
  if (place.offset >= low) return null;
  const { rows } = await client.query<{ next: number | null }>(lock, [topology, partition, topic]);
  const [task] = rows;
  if (task === undefined) return null;
  const offset = task.next ?? 0;
  if (offset !== place.offset)
    throw new BalancinError(
      'USAGE',
      `task ${partition} of ${topology} stands at offset ${offset} of ${topic}: the log no longer has ${offset} to ${low - 1}, so name ${sayPlace({ ...place, offset })}`,
    );
  await client.query(move, [topology, partition, `skip/${actor}`, topic, low]);
  await client.query(count, [topology, partition, low - offset]);
  const skipped = { ...place, topology, lastOffset: low - 1, reason: 'past-log-retention' } as const;
  await writeDown(client, order, skipped, { arrivedAt: new Date(), cause: 'the log no longer holds them' });
  return skipped;
}

async function writeDown(
  client: SqlClient,
  { actor, why }: SkipOrder,
  skipped: Skipped,
  of: { readonly arrivedAt: Date; readonly cause: string },
): Promise<void> {
  const { topology, topic, partition, offset, lastOffset, reason } = skipped;
  const detail = `offsets ${offset} to ${lastOffset} were skipped by ${actor}: ${why} (${of.cause})`;
  // The number before the task's first commit: a rewind does not delete it, the decision stands.
  const cycle = cycleOf(partition, 0);
  await client.query(letter, [topic, partition, offset, of.arrivedAt, reason, detail, cycle]);
  await writeAudit(client, {
    action: 'task.skip',
    tenant: null,
    subject: `${topology} ${sayPlace(skipped)}`,
    detail: { lastOffset, reason, actor, why },
  });
}
