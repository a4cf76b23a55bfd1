/** An outbox read by one cursor over all tasks: what commits late under an earlier number is passed over. */
import type { OutboxRelay, OutboxRelayOptions } from '#pipelines/commit/outboxRelay.js';
import type { Session } from '#pipelines/commit/session.js';
import { SessionSlot } from '#pipelines/commit/sessionSlot.js';
import type { Mutation } from '../mutation.js';

const anyLock = 4_711;

export const globalCursor: Mutation = {
  name: 'outbox by global cursor',
  database: async (pool) =>
    void (await pool.query(`
      ALTER TABLE balancin.outbox ADD COLUMN id bigserial;
      CREATE TABLE balancin.outbox_cursor AS SELECT 0::int8 AS last;
      GRANT USAGE ON SEQUENCE balancin.outbox_id_seq TO balancin_worker;
      GRANT SELECT, UPDATE ON balancin.outbox_cursor TO balancin_worker;`)),
  worker: () => ({ relay: createCursorRelay }),
};

function createCursorRelay({ openSession, producer, batchMessagesMax }: OutboxRelayOptions): OutboxRelay {
  const slot = new SessionSlot(async () => {
    if (openSession === undefined) throw new Error('the schedule gives the sessions');
    const none = { connectTimeoutMs: 0, lockTimeoutMs: 0, statementTimeoutMs: 0 };
    return await openSession({ databaseUrl: '', purpose: 'relay', ...none });
  });
  return {
    drain: async () => await slot.use(drainAll),
    close: async () => await slot.close(),
  };

  async function drainAll({ client }: Session): Promise<number | 'taken'> {
    const lock = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [anyLock]);
    if (lock.rows[0]?.mine !== true) return 'taken';
    try {
      return await sendAll(client);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [anyLock]).catch(() => undefined);
    }
  }

  async function sendAll(client: Session['client']): Promise<number> {
    for (let sent = 0; ; ) {
      const { rows } = await client.query<{
        id: string;
        message_id: string;
        topic: string;
        key: string;
        value: Buffer | null;
      }>(
        `SELECT id, message_id, topic, key, value FROM balancin.outbox
         WHERE id > (SELECT last FROM balancin.outbox_cursor) ORDER BY id LIMIT $1`,
        [batchMessagesMax ?? 500],
      );
      const last = rows.at(-1)?.id;
      if (last === undefined) return sent;
      await producer.append(
        rows.map(({ message_id: id, topic, key, value }) => ({
          topic,
          key,
          value,
          headers: { 'message-id': Buffer.from(id) },
        })),
      );
      await client.query('UPDATE balancin.outbox_cursor SET last = $1', [last]);
      await client.query('DELETE FROM balancin.outbox WHERE id <= $1', [last]);
      sent += rows.length;
    }
  }
}
