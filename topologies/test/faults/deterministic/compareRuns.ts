/** Holds what the database and the topics out have against the run that nothing disturbed. */
import type { Pool } from 'pg';
import type { SentMessage } from './simulatedLog.js';
import { anomalyColumns, type UndisturbedRun } from './singleWorker.js';

/** One sentence a difference. */
export async function compareRuns(
  pool: Pool,
  schema: string,
  sent: readonly SentMessage[],
  run: UndisturbedRun,
): Promise<string[]> {
  const partials = await lines(
    pool,
    `SELECT (extract(epoch FROM bucket) * 1000)::float8, well_id, tag_id, samples, good, flags, sum, sum_squares,
            min::float8, max::float8, first::float8, last::float8, first_ms, last_ms, cycle::float8
     FROM "${schema}".reading_1m`,
  );
  const columns = anomalyColumns.map((name) =>
    name.endsWith('_at') ? `(extract(epoch FROM ${name}) * 1000)::float8 AS ${name}` : name,
  );
  const anomalies = await lines(
    pool,
    `SELECT ${columns.join(', ')}, cycle::float8 AS cycle FROM "${schema}".anomaly`,
  );
  return [
    ...differences('partial', partials, run.partials),
    ...differences('anomaly', anomalies, run.anomalies),
    ...compareMessages(sent, run),
  ];
}

async function lines(pool: Pool, text: string): Promise<string[]> {
  const { rows } = await pool.query<unknown[]>({ text, rowMode: 'array' });
  return rows.map((row) => JSON.stringify(row));
}

function differences(what: string, found: readonly string[], expected: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of expected) left.set(line, (left.get(line) ?? 0) + 1);
  for (const line of found) left.set(line, (left.get(line) ?? 0) - 1);
  return [...left]
    .filter(([, count]) => count !== 0)
    .map(([line, count]) => `${what} ${line}: ${count > 0 ? 'lost' : 'one too many'}`);
}

/** Every message at least once with its own bytes, and a key's messages in their order by when each first came. */
function compareMessages(sent: readonly SentMessage[], run: UndisturbedRun): string[] {
  const said: string[] = [];
  const byKey = (messages: readonly { topic: string; key: string; messageId: string }[]) => {
    const keys = new Map<string, Set<string>>();
    for (const { topic, key, messageId } of messages) {
      const ids = keys.get(`${topic} ${key}`) ?? new Set<string>();
      keys.set(`${topic} ${key}`, ids.add(messageId));
    }
    return keys;
  };
  const expected = byKey(run.messages);
  const found = byKey(sent);
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const a = [...(expected.get(key) ?? [])];
    const b = [...(found.get(key) ?? [])];
    const lost = a.filter((id) => !b.includes(id));
    const foreign = b.filter((id) => !a.includes(id));
    if (lost.length > 0) said.push(`messages of ${key}: lost ${lost.join(', ')}`);
    if (foreign.length > 0) said.push(`messages of ${key}: nobody said ${foreign.join(', ')}`);
    if (lost.length + foreign.length === 0 && a.join() !== b.join())
      said.push(`messages of ${key}: sent in order ${b.join(', ')}, said in order ${a.join(', ')}`);
  }
  const values = new Map(run.messages.map(({ messageId, value }) => [messageId, value]));
  for (const { messageId, value } of sent) {
    const own = values.get(messageId);
    if (own !== undefined && !Buffer.from(own ?? []).equals(Buffer.from(value ?? [])))
      said.push(`message ${messageId}: sent with other bytes`);
  }
  return said;
}
