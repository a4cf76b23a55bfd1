import test from 'ava';
import { Client } from 'pg';
import { conservation, type TaskConservation } from '#pipelines/conservation/conservation.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { eventually, openTestCell, type TestCell, tenant } from './testCell.js';

const site = 'norte';
const topic = 'edge.telemetry.v1';
const key = `${tenant}/${site}`;
const framesPerWell = 300;
const wells = Array.from({ length: 4 }, (_, n) => ({ site, well: `W-${n}` }));

/** Frames of ten samples, ten seconds each; every tenth comes twice, every twentieth is of a well that is not there. */
async function publish(cell: TestCell): Promise<{ frames: number; duplicates: number; rejected: number }> {
  const startMs = Date.now() - 3_600_000;
  const batch: { topic: string; key: string; value: Uint8Array }[] = [];
  let duplicates = 0;
  let rejected = 0;
  for (let seq = 1; seq <= framesPerWell; seq++) {
    for (const { well } of wells) {
      const frame = {
        tenant,
        site,
        well: seq % 20 === 0 ? 'nobody' : well,
        stream: 's',
        epoch: 1,
        seq,
        t0: startMs + seq * 10_000,
        historical: false,
        series: [
          {
            tag: 'well.whp',
            dtMs: Array.from({ length: 10 }, (_, i) => i * 1000),
            value: Array.from({ length: 10 }, (_, i) => i / 8),
            quality: new Uint8Array(0),
          },
        ],
      };
      const value = encodeFrame(frame, cell.schemaId);
      batch.push({ topic, key, value });
      if (seq % 20 === 0) rejected++;
      else if (seq % 10 === 0) {
        batch.push({ topic, key, value });
        duplicates++;
      }
    }
  }
  for (let at = 0; at < batch.length; at += 200) await cell.producer.append(batch.slice(at, at + 200));
  return { frames: framesPerWell * wells.length, duplicates, rejected };
}

const apart = (all: readonly TaskConservation[]): TaskConservation[] =>
  all.filter(({ difference }) => difference !== 0);

test('in every snapshot the sums close, over offsets that no record came for too, and whatever is taken away shows', async (t) => {
  // No window may close by the clock: the last mistakes are made of what is open.
  const cell = await openTestCell(t, { wells, idleTimeoutMs: 600_000 });
  const client = new Client({ connectionString: cell.thread.databaseUrl });
  await client.connect();
  t.teardown(() => client.end());
  const { frames, duplicates, rejected } = await publish(cell);
  // As an aborted transaction leaves it: an offset without a record.
  const gone = await client.query<{ partition: number }>(
    `DELETE FROM balancin.log_record r USING balancin.log_topic t
     WHERE t.topic_id = r.topic_id AND t.topic = '${topic}' AND r.record_offset = 7 RETURNING r.partition`,
  );
  t.is(gone.rowCount, 1);
  let supervisor = cell.startWorkers(1);
  let snapshots = 0;
  const readAll = async (): Promise<boolean> => {
    const all = await conservation(client, { samples: true });
    t.deepEqual(apart(all), []);
    if (++snapshots === 3) {
      // The next owner restores what this one left.
      await supervisor.stop();
      supervisor = cell.startWorkers(1);
    }
    const { rows } = await client.query<{ total: number }>(
      `SELECT coalesce(sum(total), 0)::int AS total FROM balancin.task_tally WHERE measure = 'records' AND name = 'read'`,
    );
    return (rows[0]?.total ?? 0) >= frames + duplicates - 1;
  };
  await eventually(t, 'all records read', readAll);
  await supervisor.stop();
  const all = await conservation(client, { samples: true });
  t.deepEqual(apart(all), []);
  const counts = await client.query<{ name: string; total: number }>(
    `SELECT measure || ' ' || name AS name, sum(total)::int AS total FROM balancin.task_tally GROUP BY 1`,
  );
  const tally = Object.fromEntries(counts.rows.map(({ name, total }) => [name, total]));
  t.is(tally['records skipped'], 1);
  t.is(tally['frames rejected'], rejected);
  t.true((tally['frames duplicate'] ?? 0) >= duplicates - 1);

  const mistakes: readonly (readonly [keyof TaskConservation, string])[] = [
    ['offsets', `UPDATE balancin.task SET next_offsets = next_offsets || '{"${topic}": 5}'`],
    [
      'records',
      `UPDATE balancin.task_tally SET total = total + 1 WHERE measure = 'frames' AND name = 'written'`,
    ],
    ['reasons', `DELETE FROM balancin.task_tally WHERE measure = 'rejected_frames'`],
    ['deadLetters', 'DELETE FROM balancin.dead_letter WHERE record_offset % 2 = 0'],
    ['samples', `DELETE FROM t_${tenant}.reading_1m WHERE well_id = 1`],
    ['samples', `UPDATE balancin.operator_state SET operator = 'other' WHERE operator = 'window'`],
    ['samples', `INSERT INTO t_${tenant}.reading_1m SELECT * FROM t_${tenant}.reading_1m LIMIT 1`],
  ];
  for (const [shows, mistake] of mistakes) {
    await client.query('BEGIN');
    await client.query(mistake);
    const found = apart(await conservation(nested(client), { samples: true }));
    await client.query('ROLLBACK');
    t.true(
      found.some((balance) => balance[shows] !== 0),
      mistake,
    );
  }
});

/** What is asked stays within the transaction that made the mistake. */
function nested(client: Client): Pick<Client, 'query'> {
  const ask = async (text: string, values?: unknown[]) =>
    /^(BEGIN|ROLLBACK)/.test(text) ? { rows: [], rowCount: 0 } : await client.query(text, values);
  return { query: ask as unknown as Client['query'] };
}
