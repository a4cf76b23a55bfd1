/** A law of stopping: with the database gone, a pool of workers leaves by itself, and what it had not committed is read again. */
import test from 'ava';
import { startSupervisor } from '#pipelines/workers/supervisor.js';
import { eventually, openTestCell, partitions } from './testCell.js';
import { type RelayedPair, startRelay } from './faults/wire/tcpRelay.js';

test('told to stop while the database is away, the threads leave without being ended', async (t) => {
  const cell = await openTestCell(t, { wells: [{ site: 'norte', well: 'W-0' }] });
  const real = new URL(cell.thread.databaseUrl);
  const realPort = Number(real.port);
  let isAway = false;
  const pairs = new Set<RelayedPair>();
  const relay = await startRelay(
    () => realPort,
    (pair) => {
      if (isAway) {
        pair.cut();
        return;
      }
      pairs.add(pair);
      pair.client.pipe(pair.server);
      pair.server.pipe(pair.client);
    },
  );
  t.teardown(() => relay.close());
  real.hostname = '127.0.0.1';
  real.port = String(relay.port);
  const lines: string[] = [];
  const keep = (_: Record<string, unknown>, message: string): void => void lines.push(message);
  const supervisor = startSupervisor({
    threads: 2,
    partitions,
    thread: {
      ...cell.thread,
      databaseUrl: real.href,
      log: { ...cell.thread.log, databaseUrl: real.href },
      stopGraceMs: 500,
    },
    restartBackoffMs: 100,
    restartBackoffMaxMs: 1_000,
    log: { info: keep, warn: keep, error: keep },
  });
  await eventually(t, 'all tasks claimed', async () => {
    const tasks = supervisor.status().flatMap((thread) => thread.tasks);
    return tasks.length === partitions && tasks.every(({ state }) => state === 'running');
  });
  await cell.publishBytes('edge.telemetry.v1', 'acme/norte', Buffer.from('not a frame'));
  isAway = true;
  for (const pair of pairs) pair.cut();
  await supervisor.stop();
  t.deepEqual(
    supervisor.status().map(({ state }) => state),
    ['stopped', 'stopped'],
  );
  t.deepEqual(
    lines.filter((line) => line.includes('did not leave in time')),
    [],
  );
  isAway = false;
  cell.startWorkers(1);
  await eventually(t, 'the record is read by the next', async () => {
    const { rows } = await cell.pool.query('SELECT FROM balancin.dead_letter');
    return rows.length === 1;
  });
});
