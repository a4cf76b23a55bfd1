import { fileURLToPath } from 'node:url';
import test from 'ava';
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';
import { siteKey } from '#schemas/topics.js';
import { listThreeWFiles } from '#models/threew/listThreeWFiles.js';
import { readThreeWFile } from '#models/threew/readThreeWFile.js';
import { threeWFrames } from '#models/threew/threeWFrames.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { encodeWire } from '#pipelines/registry/wireFormat.js';
import type { StreamOptions } from '#pipelines/workers/topology.js';
import { type Driver, type DriverState, openDriver } from '../driver/driver.js';
import { createMemoryDirectory } from '../driver/memoryDirectory.js';
import type { RecordedOutput } from '../driver/recordedOutput.js';
import wells from '../wells.js';
import { pluggedFrames } from './pluggedWell.fixture.js';

const live = 'edge.telemetry.v1';
const cardTopic = 'edge.cards.v1';
const schemas = new Map([
  [1, readSchema(live)],
  [2, readSchema(cardTopic)],
]);
const who = { tenant: 'acme', site: 'norte', well: 'W-1' };
const minuteMs = 60_000;
const t0 = 1_790_000_040_000;

async function drive(
  restored?: DriverState,
  machineLearning = true,
  detection: StreamOptions['detection'] = { rules: [] },
): Promise<Driver> {
  const directory = createMemoryDirectory([who], { machineLearning });
  const options = { window: { allowedLatenessMs: 2 * minuteMs, idleTimeoutMs: 3 * minuteMs }, detection };
  return openDriver({ topology: wells, directory, options, schemas }, restored);
}

function frame(seq: number, atMs: number, over: Partial<EdgeFrame> = {}): EdgeFrame {
  const series = [{ tag: 'well.whp', dtMs: [0, 1_000, 2_000], value: [1, 2, 3], quality: new Uint8Array(0) }];
  return { ...who, stream: 'fast', epoch: 1, seq, t0: atMs, historical: false, series, ...over };
}

async function push(driver: Driver, sent: EdgeFrame, arrivalMs = sent.t0 + 3_000, topic = live) {
  const key = siteKey(sent.tenant, sent.site);
  return driver.push({ topic, key, value: encodeFrame(sent, 1), arrivalMs });
}

const starts = ({ windowRows }: RecordedOutput): number[] => windowRows.map(({ startMs }) => startMs - t0);

/*
 *  event time   0 ........ 1 ........ 2 ........ 3 min      lateness 2 min
 *  frames       [0]        [1]        [2]        [3]
 *  watermark    -2         -1         0          1          the window of minute 0 closes with the frame of minute 3
 */
test('a window closes when event time has passed its end by the allowed lateness, and not before', async (t) => {
  const driver = await drive();
  const closed: number[][] = [];
  for (let minute = 0; minute < 5; minute++) {
    await push(driver, frame(minute + 1, t0 + minute * minuteMs));
    closed.push(starts(driver.cycle(t0 + minute * minuteMs + 5_000)));
  }
  t.deepEqual(closed, [[], [], [], [0], [minuteMs]]);
  driver.dispose();
});

test('a live well that falls silent closes its windows by the clock, one in backfill does not', async (t) => {
  const driver = await drive();
  await push(driver, frame(1, t0));
  await push(driver, frame(1, t0, { stream: 'history', historical: true }), t0 + 3_000, 'edge.backfill.v1');
  driver.cycle(t0 + 5_000);
  t.deepEqual(starts(driver.cycle(t0 + 2 * minuteMs)), []);
  const idle = driver.cycle(t0 + 5_000 + 3 * minuteMs);
  t.deepEqual(
    idle.windowRows.map(({ lane, startMs, sum }) => [lane, startMs, sum]),
    [['live', t0, 6]],
  );
  t.deepEqual(starts(driver.cycle(t0 + 60 * minuteMs)), []);
  driver.dispose();
});

test('a frame sent twice counts once; one that comes late makes a partial more', async (t) => {
  const driver = await drive();
  t.is((await push(driver, frame(1, t0))).kind, 'accepted');
  t.is((await push(driver, frame(1, t0))).kind, 'duplicate');
  await push(driver, frame(3, t0 + 10 * minuteMs));
  const [onTime] = driver.cycle(t0 + 10 * minuteMs).windowRows;
  t.like(onTime, { startMs: t0, count: 3, sum: 6, late: false });
  await push(driver, frame(2, t0 + 10_000), t0 + 10 * minuteMs);
  const [late] = driver.cycle(t0 + 10 * minuteMs).windowRows;
  t.like(late, { startMs: t0, count: 3, sum: 6, firstMs: 10_000, late: true });
  t.like(driver.tally, { samples: { written: 6, late: 3, duplicate: 3, rejected: 0 } });
  driver.dispose();
});

test('what cannot be read is a value with its reason, and the stream goes on', async (t) => {
  const driver = await drive();
  const key = siteKey(who.tenant, who.site);
  const garbage = await driver.push({ topic: live, key, value: Buffer.from('x'), arrivalMs: t0 });
  t.like(garbage, { kind: 'rejected', reason: 'wire-format' });
  t.like(await push(driver, frame(1, t0, { well: 'W-9' })), { kind: 'rejected', reason: 'unknown-well' });
  t.is((await push(driver, frame(1, t0))).kind, 'accepted');
  driver.dispose();
});

/** The first hours of an unstable well, a cycle a frame; `interrupt` says after which frames the task moves elsewhere. */
async function replay(interrupt: (n: number) => boolean, machineLearning = true) {
  const [file] = listThreeWFiles(fileURLToPath(import.meta.resolve('#ops/demo/data'))).filter(
    (each) => each.class === 4 && each.well === 'WELL-00014',
  );
  if (file === undefined) throw new Error('the demo data hold no unstable well');
  const instance = await readThreeWFile(file.path);
  const shiftMs = t0 - (instance.timesMs[0] ?? 0);
  let driver = await drive(undefined, machineLearning);
  const rows: unknown[] = [];
  let n = 0;
  for (const sent of threeWFrames(instance, {
    ...who,
    stream: 'fast',
    epoch: 1,
    firstSeq: 1,
    frameMs: minuteMs,
    shiftMs,
    historical: false,
  })) {
    await push(driver, sent, sent.t0 + minuteMs);
    const { windowRows, tableRows } = driver.cycle(sent.t0 + minuteMs);
    rows.push(...windowRows, ...tableRows);
    if (!interrupt(n++)) continue;
    const state = driver.state();
    driver.dispose();
    driver = await drive(state, machineLearning);
  }
  rows.push(...driver.cycle(t0 + 24 * 60 * minuteMs).windowRows);
  driver.dispose();
  return rows;
}

const tableOf = (row: unknown): string => (row as { table?: string }).table ?? 'window';

test('minutes, findings, alerts and scores are the same however often the task moves in mid-event', async (t) => {
  const whole = await replay(() => false);
  const counts = new Map<string, number>();
  for (const row of whole) counts.set(tableOf(row), (counts.get(tableOf(row)) ?? 0) + 1);
  for (const table of ['window', 'anomaly', 'alert', 'score'])
    t.true((counts.get(table) ?? 0) > 0, `${table} rows`);
  t.deepEqual(await replay((n) => n % 7 === 3), whole);
});

test('a tenant whose plan has no machine learning gets its minutes and findings, but no score', async (t) => {
  const tables = new Set((await replay(() => false, false)).map(tableOf));
  t.true(tables.has('window') && tables.has('anomaly'));
  t.false(tables.has('score'));
});

/** Rows and messages of an hour. */
async function plugged(detection: StreamOptions['detection']) {
  const driver = await drive(undefined, false, detection);
  const rows: { table: string; values: object }[] = [];
  const messages: string[] = [];
  for (const sent of pluggedFrames(who, [0, 60], { t0 })) {
    await push(driver, sent);
    const cycle = driver.cycle(sent.t0 + 5_000);
    rows.push(...cycle.tableRows.map(({ table, values }) => ({ table, values })));
    messages.push(...cycle.messages.map(({ messageId }) => messageId));
  }
  driver.dispose();
  return { rows, messages };
}

test('a shadow writes what it would have said apart, tells nobody, and changes nothing of what is said', async (t) => {
  const inForce = await plugged({ rules: [] });
  t.true(inForce.messages.length > 0);
  const shadow = {
    name: 'deaf',
    wells: [{ tenant: who.tenant, site: who.site }],
    rules: ['well.whp', 'well.qo'].map((tag) => ({ tag, muted: true })),
    alerts: [{ limits: { onDelayMs: 3 * minuteMs } }],
  };
  const both = await plugged({ rules: [], shadow });
  const isShadow = ({ table }: { table: string }) => table.startsWith('shadow_');
  t.deepEqual(both.messages, inForce.messages);
  t.deepEqual(
    both.rows.filter((row) => !isShadow(row)),
    inForce.rows,
  );
  const [begin, ...findings] = both.rows.filter(({ table }) => table === 'shadow_anomaly');
  t.like(begin?.values, { shadow: 'deaf', detector: 'shadow' });
  t.deepEqual([...new Set(findings.map(({ values }) => (values as { tag: string }).tag))], ['well.flp']);
  t.true(both.rows.some(({ table, values }) => table === 'shadow_alert' && 'announced' in values));
  const elsewhere = { ...shadow, wells: [{ tenant: who.tenant, site: 'sur' }] };
  t.deepEqual(await plugged({ rules: [], shadow: elsewhere }), inForce);
});

test('cards of rod pumps are scored by a named version; a pump that does not fill is a finding, weeks of them a risk', async (t) => {
  const driver = await drive();
  const type = avro.Type.forSchema(JSON.parse(readSchema(cardTopic)) as avro.Schema);
  const phase = Array.from({ length: 200 }, (_, i) => (2 * Math.PI * i) / 200);
  const send = async (takenAtMs: number, seq: number) => {
    const value = type.toBuffer({
      ...who,
      stream: 'cards',
      epoch: 1,
      seq,
      takenAtMs,
      historical: false,
      kind: 'SURFACE',
      positionM: phase.map((p) => 1.5 * (1 - Math.cos(p))),
      loadKn: phase.map((p) => 30 + 12 * Math.tanh(4 * Math.sin(p))),
      strokesPerMinute: 6,
      fillage: 40,
      motorPowerKw: null,
    });
    const key = siteKey(who.tenant, who.site);
    const sent = { topic: cardTopic, key, value: encodeWire(2, value), arrivalMs: takenAtMs + 9_000 };
    t.is((await driver.push(sent)).kind, 'accepted');
    t.is((await driver.push(sent)).kind, 'duplicate');
    return driver.cycle(takenAtMs + 10_000).tableRows;
  };
  const rows: Awaited<ReturnType<typeof send>> = [];
  for (let nth = 0; nth < 3; nth++) rows.push(...(await send(t0 + nth * 10 * minuteMs, nth)));
  const text = rows.map((row) => JSON.stringify(row));
  t.is(
    text.filter((row) => /"score"/.test(row) && /surface-cards/.test(row) && /"\d+\.[0-9a-f]{8}"/.test(row))
      .length,
    3,
  );
  t.is(text.filter((row) => /"anomaly"/.test(row) && /pumpedOff/.test(row)).length, 1);
  // Two weeks of days make what is usual: from then on the day's first card after 06:00 brings a risk.
  const risks: (typeof rows)[number][] = [];
  for (let day = 1; day < 17; day++)
    risks.push(
      ...(await send(t0 + day * 24 * 60 * minuteMs, 3 + day)).filter((row) => row.table === 'rod_pump_risk'),
    );
  t.is(risks.length, 3);
  for (const { values } of risks) {
    t.is(values['model'], 'rodpump-trend');
    t.false(Object.values(values).includes(null));
  }
  driver.dispose();
});
