/** Says to the outside what commits have left in the outbox: in order, at least once, and then forgets it. */
import { BalancinError } from '#schemas/errors.js';
import type { LogProducer } from '../log/eventLog.js';
import { asBalancinError } from './databaseErrors.js';
import { type OpenSession, openSession, type Session } from './session.js';
import { SessionSlot } from './sessionSlot.js';

/** Advisory locks of this class are relays' alone; the second number is the task's. */
const relayLockClass = 7_310_050;

export interface OutboxRelayOptions {
  readonly databaseUrl: string;
  readonly topology: string;
  /** acks=all: what it has resolved is durable. */
  readonly producer: LogProducer;
  /** Of one batch; a single larger message goes alone. */
  readonly batchMessagesMax?: number;
  readonly batchBytesMax?: number;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  /** For tests that stop and kill between the steps. */
  readonly onStep?: (step: RelayStep) => void | Promise<void>;
  readonly openSession?: OpenSession;
}

export const relaySteps = ['read', 'send', 'delete'] as const;
export type RelayStep = (typeof relaySteps)[number];

export interface OutboxRelay {
  /**
   * Sends all that the task's commits have left, and resolves with how many messages; with `taken` at once where another relay
   * has the task: it may have looked for the last time already, or be dead without the server's knowledge, so ask again later.
   * Calls queue. Throws DATABASE_UNAVAILABLE, LOG_UNAVAILABLE: what was not deleted is sent the next time.
   */
  drain(task: number): Promise<number | 'taken'>;
  close(): Promise<void>;
}

/**
 * Order a key holds because a key's messages come from one task, a task has one relay at a time (a session's advisory lock,
 * gone with the session) with one batch in flight, and commits of a task are numbered by the fence. There is no global
 * `id > last`: it would skip what commits late.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const onStep = options.onStep ?? (() => undefined);
  const slot = new SessionSlot(() =>
    (options.openSession ?? openSession)({
      databaseUrl: options.databaseUrl,
      purpose: 'relay',
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      lockTimeoutMs: 5_000,
      statementTimeoutMs: options.statementTimeoutMs ?? 60_000,
    }),
  );

  return {
    async drain(task) {
      try {
        return await slot.use(async (session) => await locked(session, task));
      } catch (error) {
        throw asBalancinError(error, `outbox of ${options.topology} task ${task}`);
      }
    },
    close: async () => await slot.close(),
  };

  async function locked(session: Session, task: number): Promise<number | 'taken'> {
    const name = `${options.topology}/${task}`;
    const { rows } = await session.client.query<{ mine: boolean }>(
      'SELECT pg_try_advisory_lock($1, hashtext($2)) AS mine',
      [relayLockClass, name],
    );
    if (rows[0]?.mine !== true) return 'taken';
    try {
      let sent = 0;
      for (;;) {
        const batch = await sendBatch(session, task);
        if (batch === 0) return sent;
        sent += batch;
      }
    } finally {
      // A lost session has let go already.
      if (!session.lost) {
        await session.client
          .query('SELECT pg_advisory_unlock($1, hashtext($2))', [relayLockClass, name])
          .catch(() => session.destroy());
      }
    }
  }

  /**
   * 1. read, in order of (cycle, n)
   * 2. send, until acknowledged
   * 3. delete exactly what was read: a relay killed before this sends it again, which its message ids make harmless
   */
  async function sendBatch(session: Session, task: number): Promise<number> {
    await onStep('read');
    const { rows } = await session.client.query<OutboxRow>(readBatch, [
      options.topology,
      task,
      options.batchMessagesMax ?? 500,
      options.batchBytesMax ?? 4 * 1024 * 1024,
    ]);
    if (rows.length === 0) return 0;
    await onStep('send');
    await options.producer.append(
      rows.map((row) => ({
        topic: row.topic,
        key: row.key,
        value: row.value,
        headers: { 'message-id': Buffer.from(row.message_id) },
      })),
    );
    await onStep('delete');
    // The log has them: had the connection gone meanwhile, another relay would have the task by now.
    if (session.lost) {
      throw new BalancinError('DATABASE_UNAVAILABLE', 'the connection was lost while messages were sent');
    }
    await session.client.query(
      `DELETE FROM balancin.outbox o USING unnest($3::int8[], $4::int4[]) AS sent (cycle, n)
       WHERE o.topology = $1 AND o.task = $2 AND o.cycle = sent.cycle AND o.n = sent.n`,
      [options.topology, task, rows.map((row) => row.cycle), rows.map((row) => row.n)],
    );
    return rows.length;
  }
}

interface OutboxRow {
  readonly cycle: string;
  readonly n: number;
  readonly message_id: string;
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer | null;
}

/** Limited in number and in bytes; the first goes whatever its size. */
const readBatch = `
  SELECT cycle, n, message_id, topic, key, value
  FROM (
    SELECT *, sum(coalesce(octet_length(value), 0)) OVER earlier AS bytes, row_number() OVER earlier AS place
    FROM (
      SELECT * FROM balancin.outbox WHERE topology = $1 AND task = $2 ORDER BY cycle, n LIMIT $3
    ) next
    WINDOW earlier AS (ORDER BY cycle, n)
  ) counted
  WHERE bytes <= $4 OR place = 1
  ORDER BY cycle, n`;
