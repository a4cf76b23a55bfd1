import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { threeWColumns } from '#schemas/signals/threeW.js';
import { listThreeWFiles } from '#models/threew/listThreeWFiles.js';
import { readThreeWFile } from '#models/threew/readThreeWFile.js';
import { threeWFrames } from '#models/threew/threeWFrames.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { encodeWire } from '#pipelines/registry/wireFormat.js';
import { testKafka, testKafkaMissing } from '#ops/servers/testKafka.js';
import { needs } from '#ops/servers/needs.js';
import { eventually, openTestCell, partitions, type TestCell, tenant } from './testCell.js';
import { truthOf } from './threeWTruth.js';

const kafkaTest = needs(test, await testKafkaMissing());
const site = 'norte';
/** A whole minute and a bit, so that no window begins at a sample by accident. */
const lastAtMs = Math.floor(Date.now() / 60_000) * 60_000 + 17_000 - 60_000;

/** Two recordings of real wells: one in normal operation, one unstable. */
const recordings = listThreeWFiles(fileURLToPath(import.meta.resolve('#ops/demo/data')))
  .filter((file) => file.real && (file.class === 0 || file.class === 4))
  .slice(1, 3)
  .map((file, n) => ({ ...file, site, well: `W-${n}` }));

async function* framesOf(): AsyncGenerator<ReturnType<typeof threeWFrames>> {
  for (const { path, well } of recordings) {
    const instance = await readThreeWFile(path);
    const shiftMs = lastAtMs - (instance.timesMs[instance.rows - 1] ?? 0);
    yield threeWFrames(instance, {
      tenant,
      site,
      well,
      stream: 'fast',
      epoch: 1,
      firstSeq: 1,
      frameMs: 60_000,
      shiftMs,
      historical: false,
    });
  }
}

interface MergedRow {
  readonly well: string;
  readonly tag: string;
  readonly minuteMs: number;
  readonly samples: number;
  readonly good: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
}

const selectMerged = `
  SELECT well, tag, (extract(epoch FROM bucket) * 1000)::int8 AS "minuteMs", samples::int, good::int, sum, sum_squares AS "sumSquares",
    min, max, first, last
  FROM reading_1m_merged ORDER BY well, tag, bucket`;

/** Sums in another order differ in their last bits. */
function close(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

async function truthSamples(): Promise<number> {
  let samples = 0;
  for (const { path } of recordings)
    for (const minutes of truthOf(path, lastAtMs).values())
      for (const window of minutes.values()) samples += window.samples;
  return samples;
}

/** Every minute of every signal is there once, with exactly the sums that the CSV gives; nothing else is. */
async function assertTruth(t: ExecutionContext, cell: TestCell): Promise<MergedRow[]> {
  const rows = await cell.rows<MergedRow>(selectMerged);
  const found = new Map(rows.map((row) => [`${row.well} ${row.tag} ${row.minuteMs}`, row]));
  let wanted = 0;
  let wrong = 0;
  for (const { path, well } of recordings) {
    for (const [column, minutes] of truthOf(path, lastAtMs)) {
      const tag = threeWColumns[column]?.tag ?? column;
      for (const [minuteMs, truth] of minutes) {
        wanted++;
        const row = found.get(`${well} ${tag} ${minuteMs}`);
        const right =
          row !== undefined &&
          row.samples === truth.samples &&
          row.good === truth.samples &&
          close(row.sum, truth.sum) &&
          close(row.sumSquares, truth.sumSquares) &&
          // float4 is shown by its shortest decimal.
          Math.fround(row.min) === truth.min &&
          Math.fround(row.max) === truth.max &&
          Math.fround(row.first) === truth.first &&
          Math.fround(row.last) === truth.last;
        if (!right && wrong++ < 3) t.log({ well, tag, minuteMs, row, truth });
      }
    }
  }
  t.is(wrong, 0, `${wrong} of ${wanted} minutes differ from the CSV`);
  t.is(rows.length, wanted);
  t.true(wanted > 1_000, 'the recordings hold something');
  return rows;
}

async function stored(cell: TestCell): Promise<number> {
  const [row] = await cell.rows<{ samples: number }>(
    'SELECT coalesce(sum(samples), 0)::int8 AS samples FROM reading_1m',
  );
  return row?.samples ?? 0;
}

async function untilStored(t: ExecutionContext, cell: TestCell): Promise<void> {
  const wanted = await truthSamples();
  await eventually(t, `${wanted} samples stored`, async () => (await stored(cell)) >= wanted);
}

async function publishAll(cell: TestCell): Promise<void> {
  for await (const frames of framesOf()) await cell.publish(frames);
}

async function tallies(cell: TestCell): Promise<Record<string, number>> {
  const { rows } = await cell.pool.query<{ name: string; total: number }>(
    `SELECT measure || ' ' || name AS name, sum(total)::int8 AS total FROM balancin.task_tally GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, total }) => [name, total]));
}

test.serial('the minutes of real wells equal sums made straight from their CSV files', async (t) => {
  const cell = await openTestCell(t, { wells: recordings });
  const supervisor = cell.startWorkers(2);
  await publishAll(cell);
  await untilStored(t, cell);
  await assertTruth(t, cell);
  await supervisor.stop();
  const counts = await tallies(cell);
  t.is((counts['samples written'] ?? 0) + (counts['samples late'] ?? 0), await truthSamples());
  t.is(counts['frames rejected'], undefined);
  const [scores] = await cell.rows<{ n: number }>('SELECT count(*)::int AS n FROM score');
  t.true((scores?.n ?? 0) > 0, 'the wells were scored');
});

function startProcess(cell: TestCell) {
  const fixture = fileURLToPath(new URL('./workerProcess.fixture.js', import.meta.url));
  const settings = JSON.stringify({ thread: cell.thread, partitions, threads: 1 });
  return spawn(process.execPath, [fixture, settings], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test.serial(
  'a worker process killed again and again in mid-run loses no row and writes none twice',
  async (t) => {
    const cell = await openTestCell(t, { wells: recordings });
    await publishAll(cell);
    const wanted = await truthSamples();
    let kills = 0;
    // Killed once it has stored a part and before it has stored all: in mid-run, wherever that is.
    for (const share of [0.01, 0.3, 0.6]) {
      const child = startProcess(cell);
      await eventually(
        t,
        `${share} of the samples stored`,
        async () => (await stored(cell)) >= share * wanted,
      );
      await sleep(Math.random() * 100);
      if ((await stored(cell)) < wanted) kills++;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    t.true(kills > 0, 'no kill came in mid-run');
    cell.startWorkers(1);
    await untilStored(t, cell);
    await assertTruth(t, cell);
    t.is(await stored(cell), wanted);
  },
);

test.serial(
  'what cannot be used is dead-lettered with its place, reason and bytes, and the rest goes on',
  async (t) => {
    const cell = await openTestCell(t, { wells: [{ site, well: 'W-0' }] });
    const key = `${tenant}/${site}`;
    const nowMs = Date.now();
    const sample = (well: string, seq: number, over: object = {}) => ({
      tenant,
      site,
      well,
      stream: 'fast',
      epoch: 1,
      seq,
      t0: nowMs - 60_000,
      historical: false,
      series: [{ tag: 'well.whp', dtMs: [0], value: [1], quality: new Uint8Array(0) }],
      ...over,
    });
    const series = (n: number) => [
      {
        tag: 'well.whp',
        dtMs: Int32Array.from({ length: n }, (_, i) => i % 1000),
        value: new Float32Array(n),
        quality: new Uint8Array(0),
      },
    ];
    const good = encodeFrame(sample('W-0', 1), cell.schemaId);
    const bad: [string, Uint8Array | null, string?][] = [
      ['wire-format', Buffer.from('garbage')],
      ['wire-format', null],
      ['undecodable', good.subarray(0, good.length - 3)],
      ['unknown-schema', encodeWire(999_999, good.subarray(5))],
      [
        'unknown-tenant',
        encodeFrame({ ...sample('W-0', 1), tenant: 'nobody' }, cell.schemaId),
        `nobody/${site}`,
      ],
      ['unknown-well', encodeFrame(sample('W-9', 1), cell.schemaId)],
      ['key-mismatch', encodeFrame({ ...sample('W-0', 1), site: 'sur' }, cell.schemaId)],
      ['time-impossible', encodeFrame(sample('W-0', 2, { t0: nowMs + 30 * 3_600_000 }), cell.schemaId)],
      ['time-impossible', encodeFrame(sample('W-0', 3, { t0: 0 }), cell.schemaId)],
      [
        'length-mismatch',
        encodeFrame(
          sample('W-0', 4, {
            series: [{ tag: 'well.whp', dtMs: [0, 1], value: [1], quality: new Uint8Array(0) }],
          }),
          cell.schemaId,
        ),
      ],
      ['empty-frame', encodeFrame(sample('W-0', 5, { series: [] }), cell.schemaId)],
      ['frame-too-large', encodeFrame(sample('W-0', 6, { series: series(200_001) }), cell.schemaId)],
    ];
    for (const [, value, badKey] of bad) await cell.publishBytes('edge.telemetry.v1', badKey ?? key, value);
    await cell.publishBytes('edge.telemetry.v1', key, good);
    await cell.publishBytes('edge.telemetry.v1', key, good);
    await cell.publishBytes(
      'edge.telemetry.v1',
      key,
      encodeFrame(sample('W-0', 7, { series: series(100_000) }), cell.schemaId),
    );
    const notANumber = {
      tag: 'well.wht',
      dtMs: [0, 1, 2],
      value: [Number.NaN, Number.POSITIVE_INFINITY, 5],
      quality: new Uint8Array(0),
    };
    await cell.publishBytes(
      'edge.telemetry.v1',
      key,
      encodeFrame(sample('W-0', 8, { series: [notANumber] }), cell.schemaId),
    );
    const supervisor = cell.startWorkers(1);
    await eventually(t, 'all frames stored', async () => (await stored(cell)) >= 100_004);
    await eventually(t, 'all dead letters', async () => {
      const { rows } = await cell.pool.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM balancin.dead_letter',
      );
      return (rows[0]?.n ?? 0) >= bad.length;
    });
    await eventually(t, 'all dead letters said to the outside', async () => {
      const ranges = await cell.log.offsets('balancin.dead-letter.v1');
      return ranges.reduce((sum, { low, high }) => sum + high - low, 0) === bad.length;
    });
    await supervisor.stop();
    const { rows: left } = await cell.pool.query('SELECT FROM balancin.outbox');
    t.is(left.length, 0, 'nothing is left in the outbox');

    const { rows } = await cell.pool.query<{
      reason: string;
      topic: string;
      partition: number;
      record_offset: number;
      value: Buffer | null;
      detail: string;
    }>(
      'SELECT reason, topic, partition, record_offset, value, detail FROM balancin.dead_letter ORDER BY dead_letter_id',
    );
    t.deepEqual(rows.map(({ reason }) => reason).sort(), bad.map(([reason]) => reason).sort());
    for (const [reason, value] of bad)
      t.true(
        rows.some(
          (row) => row.reason === reason && (value === null ? row.value === null : row.value?.equals(value)),
        ),
        `${reason} keeps its bytes`,
      );
    for (const { topic, detail } of rows) {
      t.is(topic, 'edge.telemetry.v1');
      t.true(detail.length > 10);
    }
    t.is(
      new Set(rows.map(({ partition, record_offset }) => `${partition}@${record_offset}`)).size,
      bad.length,
    );
    const counts = await tallies(cell);
    t.is(counts['frames rejected'], bad.length);
    t.is(counts['frames duplicate'], 1);
    t.is((counts['frames written'] ?? 0) + (counts['frames late'] ?? 0), 3);
    t.is(counts['bad_samples '], 2);
    const [mixed] = await cell.rows<{ samples: number; good: number; sum: number }>(
      `SELECT samples::int, good::int, sum FROM reading_1m_merged WHERE tag = 'well.wht'`,
    );
    t.deepEqual(mixed, { samples: 3, good: 1, sum: 5 });
  },
);

kafkaTest('on Kafka with a schema registry the merged rows are those of the embedded log', async (t) => {
  const kafka = await testKafka(t);
  const { brokers, prefix, registryUrl: schemaRegistryUrl } = kafka;
  const onKafka = await openTestCell(t, { wells: recordings, brokers, prefix, schemaRegistryUrl });
  onKafka.startWorkers(2);
  const embedded = await openTestCell(t, { wells: recordings });
  embedded.startWorkers(1);
  await Promise.all([publishAll(onKafka), publishAll(embedded)]);
  await Promise.all([untilStored(t, onKafka), untilStored(t, embedded)]);
  const [a, b] = [await assertTruth(t, onKafka), await assertTruth(t, embedded)];
  t.deepEqual(a, b);
});
