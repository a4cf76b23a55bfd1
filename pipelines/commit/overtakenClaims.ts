/** Which claims no longer stand: another owner has claimed the task since, or a rewind has set it back. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import type { Claim } from './taskCommit.js';

const sql = `
  SELECT c.task FROM unnest($1::text[], $2::int4[], $3::int8[], $4::text[]) AS c (topology, task, epoch, owner)
  LEFT JOIN balancin.task t ON t.topology = c.topology AND t.task = c.task
  WHERE (t.epoch, t.owner) IS DISTINCT FROM (c.epoch, c.owner)`;

/** Tasks; only a hint: the fence decides at every commit. */
export async function overtakenClaims(client: SqlClient, claims: readonly Claim[]): Promise<number[]> {
  const { rows } = await client.query<{ task: number }>(sql, [
    claims.map(({ topology }) => topology),
    claims.map(({ task }) => task),
    claims.map(({ epoch }) => epoch),
    claims.map(({ owner }) => owner),
  ]);
  return rows.map(({ task }) => task);
}
