/** What the database holds, merged and counted by the truth's own plain means. */
import type { Pool } from 'pg';
import { emptyMinute, type Minute, minuteName, recordName } from './truth.js';

export interface StoredLetter {
  readonly name: string;
  readonly reason: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

export interface Stored {
  readonly minutes: ReadonlyMap<string, Minute>;
  /** One for each row: a record dead-lettered twice is there twice. */
  readonly deadLetters: readonly StoredLetter[];
  /** `measure name` to total, over all tasks. */
  readonly tally: ReadonlyMap<string, number>;
}

interface PartialRow {
  site: string;
  well: string;
  tag: string;
  start_ms: number;
  samples: number;
  good: number;
  flags: number;
  sum: number;
  sum_squares: number;
  min: number | null;
  max: number | null;
  first: number | null;
  last: number | null;
  first_ms: number;
  last_ms: number;
}

/** The login must be allowed to read the tenants' schemas. */
export async function readStored(pool: Pool, topology: string, tenants: readonly string[]): Promise<Stored> {
  const minutes = new Map<string, Minute>();
  for (const tenant of tenants) {
    const schema = `"t_${tenant}"`;
    const { rows } = await pool.query<PartialRow>(
      `SELECT s.name AS site, w.name AS well, t.tag, (extract(epoch FROM m.bucket) * 1000)::float8 AS start_ms,
              m.samples, m.good, m.flags, m.sum, m.sum_squares, m.min::float8, m.max::float8,
              m.first::float8, m.last::float8, m.first_ms, m.last_ms
       FROM ${schema}.reading_1m m JOIN ${schema}.well w USING (well_id) JOIN ${schema}.site s USING (site_id)
       JOIN ${schema}.tag t USING (tag_id)`,
    );
    for (const row of rows) {
      const name = minuteName(tenant, row.site, row.well, row.tag, row.start_ms);
      const minute = minutes.get(name) ?? emptyMinute();
      minutes.set(name, minute);
      addPartial(minute, row);
    }
  }
  const letters = await pool.query<{
    topic: string;
    partition: number;
    offset: number;
    reason: string;
    key: Uint8Array | null;
    value: Uint8Array | null;
  }>(
    'SELECT topic, partition, record_offset::float8 AS offset, reason, key, value FROM balancin.dead_letter',
  );
  const tally = await pool.query<{ name: string; total: number }>(
    `SELECT concat_ws(' ', measure, nullif(name, '')) AS name, sum(total)::float8 AS total
     FROM balancin.task_tally WHERE topology = $1 GROUP BY 1`,
    [topology],
  );
  return {
    minutes,
    deadLetters: letters.rows.map((row) => ({ ...row, name: recordName(row) })),
    tally: new Map(tally.rows.map(({ name, total }) => [name, total])),
  };
}

function addPartial(minute: Minute, row: PartialRow): void {
  minute.samples += row.samples;
  minute.flags |= row.flags;
  if (row.good === 0) return;
  const { min, max, first, last } = row;
  if (min === null || max === null || first === null || last === null)
    throw new Error(`a partial of ${row.well} ${row.tag} has usable samples and no extremes`);
  const held = minute.good > 0;
  minute.good += row.good;
  minute.sum += row.sum;
  minute.sumSquares += row.sum_squares;
  minute.min = Math.min(minute.min ?? min, min);
  minute.max = Math.max(minute.max ?? max, max);
  const earlier =
    row.first_ms < minute.firstMs || (row.first_ms === minute.firstMs && first < (minute.first ?? 0));
  if (!held || earlier) {
    minute.first = first;
    minute.firstMs = row.first_ms;
  }
  const later = row.last_ms > minute.lastMs || (row.last_ms === minute.lastMs && last > (minute.last ?? 0));
  if (!held || later) {
    minute.last = last;
    minute.lastMs = row.last_ms;
  }
}
