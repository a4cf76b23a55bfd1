/** Batches that no worker can unpack: those met are noted for the operator, those that an operator skipped are passed. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { asBalancinError } from '#pipelines/commit/databaseErrors.js';
import type { UnreadableRecords } from '#pipelines/log/eventLog.js';

export interface SkippedRecords
  extends Pick<UnreadableRecords, 'topic' | 'firstOffset' | 'lastOffset' | 'arrivedMs'> {
  readonly skippedBy: string;
}

/** Both throw DATABASE_UNAVAILABLE. */
export interface UnreadableBatches {
  note(topology: string, task: number, records: UnreadableRecords): Promise<void>;
  /** Those that a task at `nextOffsets` may still meet, the first thousand. */
  skipped(
    topology: string,
    task: number,
    nextOffsets: ReadonlyMap<string, number>,
  ): Promise<readonly SkippedRecords[]>;
}

const select = `
  SELECT topic, first_offset::float8 AS "firstOffset", last_offset::float8 AS "lastOffset",
         (extract(epoch FROM arrived_at) * 1000)::float8 AS "arrivedMs", skipped_by AS "skippedBy"
  FROM balancin.unreadable_batch
  WHERE topology = $1 AND task = $2 AND skipped_at IS NOT NULL
    AND last_offset >= coalesce(($3::jsonb ->> topic)::int8, 0)
  ORDER BY topic, first_offset LIMIT 1000`;

/** The pool's login needs no more than the role of the workers. */
export function createUnreadableBatches(pool: Pool): UnreadableBatches {
  async function ask<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await pool.query<Row>(text, values)).rows;
    } catch (error) {
      if (error instanceof Error && !('severity' in error))
        throw new BalancinError('DATABASE_UNAVAILABLE', `the unreadable batches: ${error.message}`, {
          cause: error,
        });
      throw asBalancinError(error, 'the unreadable batches');
    }
  }
  return {
    async note(topology, task, { topic, firstOffset, lastOffset, arrivedMs, why }) {
      await ask('SELECT balancin.note_unreadable($1, $2, $3, $4, $5, $6, $7)', [
        topology,
        task,
        topic,
        firstOffset,
        lastOffset,
        new Date(arrivedMs),
        why,
      ]);
    },
    async skipped(topology, task, nextOffsets) {
      return await ask<SkippedRecords>(select, [
        topology,
        task,
        JSON.stringify(Object.fromEntries(nextOffsets)),
      ]);
    },
  };
}
