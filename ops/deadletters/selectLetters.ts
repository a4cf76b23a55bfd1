/** Finds dead letters by name or by filter. */
import { BalancinError } from '#schemas/errors.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { sayPlace } from '#pipelines/log/recordPlace.js';
import { type Letter, letterColumns, type LetterFilter, type LetterName } from './letter.js';

const byFilter = `
  SELECT ${letterColumns} FROM balancin.dead_letter_state
  WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR reason = $2) AND ($3::text IS NULL OR topic = $3)
    AND ($4::timestamptz IS NULL OR arrived_at >= $4) AND ($5::text IS NULL OR state = $5)`;

function values(filter: LetterFilter): unknown[] {
  const { tenant, reason, topic, since, state } = filter;
  return [tenant ?? null, reason ?? null, topic ?? null, since ?? null, state ?? null];
}

/** Newest first. */
export async function listLetters(client: SqlClient, filter: LetterFilter, limit: number): Promise<Letter[]> {
  const sql = `${byFilter} ORDER BY dead_letter_id DESC LIMIT $6`;
  return (await client.query<Letter>(sql, [...values(filter), limit])).rows;
}

/** In the order in which they were written, from after `afterId` on: order a key is kept when they are replayed. */
export async function nextLetters(
  client: SqlClient,
  filter: LetterFilter,
  page: { readonly afterId: number; readonly upToId: number; readonly limit: number },
): Promise<Letter[]> {
  const sql = `${byFilter} AND dead_letter_id > $6 AND dead_letter_id <= $7 ORDER BY dead_letter_id LIMIT $8`;
  return (await client.query<Letter>(sql, [...values(filter), page.afterId, page.upToId, page.limit])).rows;
}

export async function lastLetterId(client: SqlClient): Promise<number> {
  const sql = 'SELECT coalesce(max(dead_letter_id), 0)::float8 AS last FROM balancin.dead_letter';
  return (await client.query<{ last: number }>(sql)).rows[0]?.last ?? 0;
}

/** Throws NOT_FOUND. A place that a topic made anew has used twice names the later one. */
export async function findLetter(client: SqlClient, name: LetterName): Promise<Letter> {
  const sql = `SELECT ${letterColumns} FROM balancin.dead_letter_state WHERE `;
  const { rows } =
    'id' in name
      ? await client.query<Letter>(`${sql} dead_letter_id = $1`, [name.id])
      : await client.query<Letter>(
          `${sql} topic = $1 AND partition = $2 AND record_offset = $3 ORDER BY dead_letter_id DESC LIMIT 1`,
          [name.topic, name.partition, name.offset],
        );
  const [letter] = rows;
  if (letter !== undefined) return letter;
  throw new BalancinError('NOT_FOUND', `there is no dead letter ${'id' in name ? name.id : sayPlace(name)}`);
}

/** Key and value as they came. */
export async function readBytes(
  client: SqlClient,
  id: number,
): Promise<{ readonly key: Buffer | null; readonly value: Buffer | null }> {
  const { rows } = await client.query<{ key: Buffer | null; value: Buffer | null }>(
    'SELECT key, value FROM balancin.dead_letter WHERE dead_letter_id = $1',
    [id],
  );
  return rows[0] ?? { key: null, value: null };
}
