import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import { runCli } from '#ops/cli/cliProcess.fixture.js';
import { eventually, openTestCell, partitions, type TestCell, tenant } from '#topologies/test/testCell.js';
import { conservation } from '#pipelines/conservation/conservation.js';

const site = 'norte';
const topic = 'edge.telemetry.v1';
const key = `${tenant}/${site}`;
const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;

function frame(cell: TestCell, well: string, seq: number, over: object = {}): Uint8Array {
  return encodeFrame(
    {
      tenant,
      site,
      well,
      stream: 's',
      epoch: 1,
      seq,
      t0: startMs + seq * 60_000,
      historical: false,
      series: [{ tag: 'well.whp', dtMs: [0, 1000], value: [seq, 1], quality: new Uint8Array(0) }],
      ...over,
    },
    cell.schemaId,
  );
}

async function ask<T>(t: ExecutionContext, cell: TestCell, args: readonly string[], code = 0): Promise<T> {
  const { databaseUrl } = cell.thread;
  const done = await runCli([...args, '--json'], {
    cwd: mkdtempSync(join(tmpdir(), 'balancin-letters-')),
    env: { DATABASE_URL: databaseUrl, BALANCIN_PARTITIONS: String(partitions) },
  });
  t.is(done.code, code, done.stderr);
  return JSON.parse(done.stdout) as T;
}

interface Listed {
  readonly deadLetters: readonly { id: number; reason: string; state: string; outcome: string | null }[];
}

async function samplesOf(cell: TestCell, well: string): Promise<number> {
  const [row] = await cell.rows<{ n: number }>(
    `SELECT coalesce(sum(samples), 0)::int AS n FROM reading_1m_merged WHERE well = '${well}'`,
  );
  return row?.n ?? 0;
}

test('a replayed dead letter is admitted once, twice replayed and arriving by itself too; a skipped one says why', async (t) => {
  const cell = await openTestCell(t, { wells: [{ site, well: 'W-1' }] });
  cell.startWorkers(1);
  const send = (value: Uint8Array): Promise<void> => cell.publishBytes(topic, key, value);
  // Of a well that is not there yet, amid frames of one that is; and one past saving.
  await send(frame(cell, 'W-1', 1));
  await send(frame(cell, 'W-2', 1));
  await send(frame(cell, 'W-2', 2));
  await send(frame(cell, 'W-1', 2, { series: [] }));
  await send(frame(cell, 'W-1', 3));
  await send(Buffer.from('garbage \u001b[2J'));
  const letters = async (state: string): Promise<Listed['deadLetters']> =>
    (await ask<Listed>(t, cell, ['dead-letter', 'list', '--state', state])).deadLetters;
  await eventually(t, 'four letters', async () => {
    const { rows } = await cell.pool.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM balancin.dead_letter',
    );
    return rows[0]?.n === 4;
  });
  t.deepEqual((await letters('open')).map(({ reason }) => reason).sort(), [
    'empty-frame',
    'unknown-well',
    'unknown-well',
    'wire-format',
  ]);

  await createWell(cell.pool, { tenant, site, name: 'W-2', liftType: 'natural' });
  const unknown = (await letters('open')).filter(({ reason }) => reason === 'unknown-well');
  const shown = await ask<{ content: { well: string; seq: number }; state: string }>(t, cell, [
    'dead-letter',
    'show',
    String(unknown.at(-1)?.id),
  ]);
  t.like(shown, { state: 'open', content: { well: 'W-2', seq: 1 } });

  // The second comes by itself before its replay.
  await send(frame(cell, 'W-2', 2));
  const replay = ['dead-letter', 'replay'];
  t.deepEqual(await ask(t, cell, [...replay, '--reason', 'unknown-well', '--tenant', 'nobody']), {
    replayed: 0,
  });
  t.deepEqual(await ask(t, cell, [...replay, '--reason', 'unknown-well']), { replayed: 2 });
  t.deepEqual(await ask(t, cell, [...replay, '--reason', 'unknown-well']), { replayed: 0 }, 'none is open');
  t.deepEqual(await ask(t, cell, [...replay, ...unknown.map(({ id }) => String(id))]), { replayed: 2 });
  await eventually(t, 'four replays read', async () => {
    const { rows } = await cell.pool.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM balancin.dead_letter_outcome',
    );
    return rows[0]?.n === 4;
  });
  await eventually(t, 'the windows closed', async () => (await samplesOf(cell, 'W-2')) >= 4);
  t.is(await samplesOf(cell, 'W-2'), 4);
  const replayed = await letters('replayed');
  t.deepEqual(replayed.map(({ outcome }) => String(outcome)).sort(), ['accepted', 'duplicate']);

  // Still empty: a letter of its own, and the old one says so. Its gap was closed: no frame of its number is missing.
  const empty = (await letters('open')).find(({ reason }) => reason === 'empty-frame');
  t.deepEqual(await ask(t, cell, [...replay, String(empty?.id)]), { replayed: 1 });
  await eventually(t, 'rejected again', async () =>
    (await letters('replayed')).some(({ outcome }) => outcome === 'rejected'),
  );
  const garbage = (await letters('open')).find(({ reason }) => reason === 'wire-format');
  t.deepEqual(await ask(t, cell, ['dead-letter', 'skip', String(garbage?.id), '--why', 'a test']), {
    skipped: 1,
  });
  t.like(await ask(t, cell, ['dead-letter', 'show', String(garbage?.id)]), {
    state: 'skipped',
    why: 'a test',
    content: null,
  });
  t.deepEqual(
    (await letters('open')).map(({ reason }) => reason),
    ['empty-frame'],
  );
  const audit = await cell.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM balancin.audit WHERE action LIKE 'dead-letter.%' AND detail ->> 'actor' <> ''`,
  );
  t.is(audit.rows[0]?.n, 6);

  const client = await cell.pool.connect();
  const sums = await conservation(client, { samples: true });
  client.release();
  t.deepEqual(
    sums.filter(({ difference }) => difference !== 0),
    [],
  );
  for (const args of [
    ['dead-letter', 'replay'],
    ['dead-letter', 'replay', '1', '--all'],
    ['dead-letter', 'show', 'x'],
  ])
    await ask(t, cell, args, 2);
});

test('what is shown of a letter cannot move a terminal', async (t) => {
  const { printable } = await import('./letter.js');
  t.is(printable('a\u001b[2J\u0007b\u009bc'), 'a\uFFFD[2J\uFFFDb\uFFFDc');
});
