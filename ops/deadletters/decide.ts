/** Writes down what an operator did with a dead letter, with its audit. */
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { sayPlace } from '#pipelines/log/recordPlace.js';
import { writeAudit } from '#pipelines/tenants/writeAudit.js';
import type { Letter } from './letter.js';

const sql = `
  INSERT INTO balancin.dead_letter_decision AS d
    (topic, partition, record_offset, arrived_at, decision, actor, why, replays)
  SELECT topic, partition, record_offset, arrived_at, $2, $3, $4, $5
  FROM balancin.dead_letter WHERE dead_letter_id = $1
  ON CONFLICT (topic, partition, record_offset, arrived_at) DO UPDATE
    SET decision = EXCLUDED.decision, at = EXCLUDED.at, actor = EXCLUDED.actor, why = EXCLUDED.why,
        replays = d.replays + EXCLUDED.replays`;

export interface Decision {
  readonly decision: 'replayed' | 'skipped';
  readonly actor: string;
  readonly why: string | null;
}

/** In the caller's transaction. */
export async function decide(
  client: SqlClient,
  letter: Letter,
  { decision, actor, why }: Decision,
): Promise<void> {
  await client.query(sql, [letter.id, decision, actor, why, decision === 'replayed' ? 1 : 0]);
  await writeAudit(client, {
    action: `dead-letter.${decision === 'replayed' ? 'replay' : 'skip'}`,
    tenant: letter.tenant,
    subject: sayPlace(letter),
    detail: { id: letter.id, reason: letter.reason, actor, ...(why === null ? {} : { why }) },
  });
}
