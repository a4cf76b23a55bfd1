import test from 'ava';
import { pino } from 'pino';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import type { Supervisor } from '#pipelines/workers/supervisor.js';
import { livenessOf, readinessOf } from '#ops/cell/readiness.js';
import { startHttp } from '#ops/http/server.js';
import { eventually, openTestCell, partitions, tenant } from '#topologies/test/testCell.js';
import { createMetrics } from './metrics.js';

const site = 'norte';
const key = `${tenant}/${site}`;
const topic = 'edge.telemetry.v1';

type Samples = ReadonlyMap<string, number>;

/** Prometheus's text format: one value a line. */
function parse(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

const sumOf = (samples: Samples, name: string): number =>
  [...samples]
    .filter(([key]) => key === name || key.startsWith(`${name}{`))
    .reduce((sum, [, value]) => sum + value, 0);

test('a scrape says how far every task is, what was written and refused, and that nothing is unaccounted for', async (t) => {
  const cell = await openTestCell(t, { wells: [{ site, well: 'W-1' }] });
  let supervisor: Supervisor = cell.startWorkers(2);
  let nowMs: () => number = Date.now;
  const watched: Supervisor = {
    status: () => supervisor.status(),
    refused: supervisor.refused,
    stop: () => supervisor.stop(),
  };
  const http = await startHttp({
    host: '127.0.0.1',
    port: 0,
    metrics: createMetrics({ supervisor: watched, pool: cell.pool, databaseAgeMsMax: 0 }),
    readiness: readinessOf({ pool: cell.pool, supervisor: watched, tasksWanted: partitions }),
    liveness: livenessOf(watched, () => nowMs()),
    log: pino({ level: 'silent' }),
  });
  t.teardown(() => http.close());
  const scrape = async (): Promise<Samples> => parse(await (await fetch(`${http.url}/metrics`)).text());
  const health = async (path: string): Promise<number> => (await fetch(`${http.url}/health/${path}`)).status;

  const startMs = Date.now() - 3_600_000;
  for (let seq = 1; seq <= 30; seq++)
    await cell.publishBytes(
      topic,
      key,
      encodeFrame(
        {
          tenant,
          site,
          well: seq % 10 === 0 ? 'nobody' : 'W-1',
          stream: 's',
          epoch: 1,
          seq,
          t0: startMs + seq * 60_000,
          historical: false,
          series: [{ tag: 'well.whp', dtMs: [0, 1000], value: [1, 2], quality: new Uint8Array(0) }],
        },
        cell.schemaId,
      ),
    );
  let samples: Samples = new Map();
  await eventually(t, 'all read and closed', async () => {
    samples = await scrape();
    const read =
      sumOf(samples, 'balancin_frames_total') === 30 && sumOf(samples, 'balancin_lag_records') === 0;
    return (
      read &&
      sumOf(samples, 'balancin_task_state') === partitions &&
      sumOf(samples, 'balancin_outbox_messages') === 0
    );
  });
  t.is(samples.get('balancin_frames_total{outcome="rejected"}'), 3);
  t.is(samples.get('balancin_rejected_frames_total{reason="unknown-well"}'), 3);
  t.is(samples.get('balancin_dead_letters_open{reason="unknown-well"}'), 3);
  t.is(samples.get('balancin_samples_total{outcome="written"}'), 54);
  t.is(sumOf(samples, 'balancin_conservation_error_frames'), 0);
  t.true(
    [...samples.keys()].some((name) =>
      name.startsWith('balancin_conservation_error_frames{topology="wells"'),
    ),
  );
  t.is(samples.get('balancin_threads{state="running"}'), 2);
  t.is(samples.get('balancin_thread_restarts_total'), 0);
  t.is(sumOf(samples, 'balancin_lag_seconds'), 0);
  t.true(sumOf(samples, 'balancin_state_bytes') > 0);
  const watermark = sumOf(samples, 'balancin_watermark_seconds') * 1000;
  t.true(watermark > startMs && watermark < Date.now(), 'of the one task that has wells');
  // Buckets never fall, the last holds all; each transaction carries one task or more.
  const buckets = [...samples].filter(([name]) => name.startsWith('balancin_commit_duration_seconds_bucket'));
  t.deepEqual(
    buckets.map(([, count]) => count),
    buckets.map(([, count]) => count).toSorted((a, b) => a - b),
  );
  const count = samples.get('balancin_commit_duration_seconds_count') ?? 0;
  t.is(samples.get('balancin_commit_duration_seconds_bucket{le="+Inf"}'), count);
  t.true(count > 0 && count <= sumOf(samples, 'balancin_commits_total'));
  t.true((samples.get('balancin_commit_duration_seconds_sum') ?? 0) > 0);
  t.is(await health('ready'), 200);
  t.is(await health('live'), 200);

  // What is lost shows.
  await cell.pool.query(
    'DELETE FROM balancin.dead_letter WHERE dead_letter_id = (SELECT min(dead_letter_id) FROM balancin.dead_letter)',
  );
  t.is(sumOf(await scrape(), 'balancin_conservation_error_frames'), 1);
  // A thread that has not been heard of for half a minute hangs.
  nowMs = () => Date.now() + 31_000;
  t.is(await health('live'), 503);
  nowMs = Date.now;
  await supervisor.stop();
  t.is(await health('ready'), 503);
  t.is(await health('live'), 200, 'what was stopped does not hang');
  supervisor = cell.startWorkers(1);
  await eventually(t, 'ready again', async () => (await health('ready')) === 200);
  await supervisor.stop();
  await cell.pool.query(
    `INSERT INTO balancin.task_trial (topology, task, state, reason) VALUES ('wells', 1, 'quarantined', 'workers died')
     ON CONFLICT (topology, task) DO UPDATE SET state = excluded.state, reason = excluded.reason`,
  );
  supervisor = cell.startWorkers(1);
  // A task that nobody may read is told by its state.
  const quarantined = /^balancin_task_state\{(?=.*task="1")(?=.*state="quarantined")/u;
  await eventually(t, 'quarantined', async () =>
    [...(await scrape())].some(([name, value]) => quarantined.test(name) && value === 1),
  );
});
