/** Offsets, tallies and dead letters of every task, as one snapshot sees them. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';

export interface TaskCounts {
  readonly topology: string;
  readonly task: number;
  /** Sum of the next offsets over the topics in. */
  readonly offsets: number;
  readonly recordsRead: number;
  readonly offsetsSkipped: number;
  readonly siteRecords: number;
  /** Frames by outcome; `written` includes those that came late. */
  readonly framesWritten: number;
  readonly framesDuplicate: number;
  readonly framesRejected: number;
  /** Sum of what was rejected over the reasons. */
  readonly framesRejectedByReason: number;
  readonly samplesWritten: number;
  /** Rows of `balancin.dead_letter` out of the task's partition. */
  readonly deadLetters: number;
}

// A dead letter's row tells its partition and not its topology: it belongs to whoever has an offset of its topic.
const sql = `
  SELECT t.topology, t.task,
         coalesce((SELECT sum(next.value::int8) FROM jsonb_each_text(t.next_offsets) AS next), 0)::float8 AS "offsets",
         coalesce(y.records_read, 0)::float8 AS "recordsRead",
         coalesce(y.offsets_skipped, 0)::float8 AS "offsetsSkipped",
         coalesce(y.site_records, 0)::float8 AS "siteRecords",
         coalesce(y.frames_written, 0)::float8 AS "framesWritten",
         coalesce(y.frames_duplicate, 0)::float8 AS "framesDuplicate",
         coalesce(y.frames_rejected, 0)::float8 AS "framesRejected",
         coalesce(y.rejected_by_reason, 0)::float8 AS "framesRejectedByReason",
         coalesce(y.samples_written, 0)::float8 AS "samplesWritten",
         coalesce(d.letters, 0)::float8 AS "deadLetters"
  FROM balancin.task t
  LEFT JOIN LATERAL (
    SELECT sum(total) FILTER (WHERE measure = 'records' AND name = 'read') AS records_read,
           sum(total) FILTER (WHERE measure = 'records' AND name = 'skipped') AS offsets_skipped,
           sum(total) FILTER (WHERE measure = 'records' AND name = 'site') AS site_records,
           sum(total) FILTER (WHERE measure = 'frames' AND name IN ('written', 'late')) AS frames_written,
           sum(total) FILTER (WHERE measure = 'frames' AND name = 'duplicate') AS frames_duplicate,
           sum(total) FILTER (WHERE measure = 'frames' AND name = 'rejected') AS frames_rejected,
           sum(total) FILTER (WHERE measure = 'rejected_frames') AS rejected_by_reason,
           sum(total) FILTER (WHERE measure = 'samples' AND name IN ('written', 'late')) AS samples_written
    FROM balancin.task_tally y WHERE y.topology = t.topology AND y.task = t.task
  ) y ON true
  LEFT JOIN LATERAL (
    SELECT count(*) AS letters FROM balancin.dead_letter d
    WHERE d.partition = t.task AND t.next_offsets ? d.topic
  ) d ON true
  ORDER BY t.topology, t.task`;

export async function readTaskCounts(client: SqlClient): Promise<TaskCounts[]> {
  const { rows } = await client.query<TaskCounts>(sql);
  return rows;
}
