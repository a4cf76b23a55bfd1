/** Holds what the database and the topics out have against the run that nothing disturbed. */
import type { Pool } from 'pg';
import { alert } from '#schemas/tables/alert.js';
import { anomaly } from '#schemas/tables/anomaly.js';
import type { Table } from '#schemas/tables/table.js';
import type { SentMessage } from './simulatedLog.js';
import { lineOf, type UndisturbedRun } from './singleWorker.js';

/** Findings and what is made of them: the same given the same clocks of the cycles. */
export const comparedTables: readonly Table[] = [anomaly, alert];

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
  const others: string[] = [];
  for (const table of comparedTables) {
    const found = await lines(pool, `SELECT ${selectList(table)} FROM "${schema}".${table.name}`);
    others.push(...differences(table.name, found, run.rows.get(table.name) ?? []));
  }
  return [...differences('partial', partials, run.partials), ...others, ...compareMessages(sent, run)];
}

function selectList(table: Table): string {
  return table.columns
    .map(({ name, type }) => {
      if (type === 'timestamptz') return `(extract(epoch FROM ${name}) * 1000)::float8`;
      return type === 'int8' || type === 'float4' ? `${name}::float8` : name;
    })
    .join(', ');
}

async function lines(pool: Pool, text: string): Promise<string[]> {
  const { rows } = await pool.query<unknown[]>({ text, rowMode: 'array' });
  return rows.map((row) => lineOf(row));
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
