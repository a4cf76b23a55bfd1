import test from 'ava';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { encodeSiteRecord } from '#pipelines/records/encodeSiteRecord.js';
import { openRegistry } from '#pipelines/registry/openRegistry.js';
import { readSchema } from '#schemas/avro/readSchema.js';
import { siteKey, valueSubject } from '#schemas/topics.js';
import { writeEquipment } from '#models/esp/equipment.js';
import { createEspScorer } from '#models/esp/model/espScorer.js';
import { settings } from '#models/esp/simulator/ranges.js';
import { simulateWell } from '#models/esp/simulator/simulateWell.js';
import { installedBody } from '#models/esp/stream/espEquipment.js';
import { espFrames } from '#models/esp/stream/espFrames.js';
import { plausible, signalNames } from '#models/esp/signals.js';
import { eventually, openTestCell, type TestCell, tenant } from './testCell.js';

const site = 'norte';
const well = 'ESP-1';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const days = 33;

async function sendRecord(cell: TestCell, body: Readonly<Record<string, unknown>>): Promise<void> {
  const registry = await openRegistry({ url: null, databaseUrl: cell.thread.databaseUrl });
  const topic = 'edge.records.v1';
  const schemaId = await registry.register(valueSubject(topic), readSchema(topic));
  await registry.close();
  const about = { tenant, site, recordId: `${well}-pump`, hlc: (Date.now() - 1000) * 1024, tombstone: false };
  const value = encodeSiteRecord({ ...about, kind: 'EquipmentInstalled', body }, schemaId);
  await cell.publishBytes(topic, siteKey(tenant, site), value);
}

test('a simulated ESP’s history and days over the embedded log end as rows that say what the judge’s scorer says', async (t) => {
  const cell = await openTestCell(t, { wells: [{ site, well }] });
  const startMs = Math.floor(Date.now() / dayMs) * dayMs - days * dayMs;
  const { series } = simulateWell({
    ranges: settings.onshore,
    seed: 5,
    index: 2,
    startMs,
    days,
    stepMs: hourMs,
  });
  const { equipment } = series;
  const seamMs = startMs + (days - 3) * dayMs;
  const about = { tenant, site, well, stream: 's', rowsPerFrame: 24 };
  const supervisor = cell.startWorkers(1);
  await sendRecord(cell, installedBody(well, equipment.installedMs!, writeEquipment(equipment)));
  await eventually(t, 'the record', async () => (await cell.rows('SELECT FROM site_record')).length === 1);
  const past = { ...about, epoch: 1, firstSeq: 1, historical: true, fromMs: startMs, untilMs: seamMs };
  for (const frame of espFrames(series, past))
    await cell.publishBytes('edge.backfill.v1', siteKey(tenant, site), encodeFrame(frame, cell.schemaId));
  const scored = async (where: string, count: number) =>
    (await cell.rows(`SELECT FROM esp_risk WHERE ${where}`)).length >= count;
  // The last windows of history close with what comes after them: a day's scores wait for it.
  await eventually(t, 'scores of history', () => scored('historical', days - 5));
  const now = { ...about, epoch: 2, firstSeq: 1, historical: false, fromMs: seamMs, untilMs: Infinity };
  await cell.publish(espFrames(series, now));
  await eventually(t, 'scores of today', () => scored('NOT historical', 3));
  await supervisor.stop();
  const rows = await cell.rows<{
    at: Date;
    historical: boolean;
    version: string;
    risk7: number;
    risk30: number;
    mode: string | null;
    detail: { penalties: { points: number }[]; missing: string[] };
    health: number;
    run_life_days: number;
  }>('SELECT * FROM esp_risk ORDER BY at, historical');
  const scorer = await createEspScorer();
  // What no sensor can read is taken out when a file is read, and by the stream.
  const readable = new Map(
    [...series.columns].map(([name, values]) => [name, values.map((v) => plausible(name, v))]),
  );
  const said = new Map(scorer.score({ ...series, columns: readable }).map((s) => [s.timeMs, s]));
  t.true(rows.filter(({ historical }) => historical).length >= days - 5);
  for (const row of rows) {
    const s = said.get(row.at.getTime())!;
    // Where the lanes meet the last hour of history is still open, and so is missing from what goes over.
    const most = row.historical ? 1e-4 : 0.01;
    t.true(Math.abs(row.risk7 - s.risk7) < most, `${row.at.toISOString()} ${row.risk7} against ${s.risk7}`);
    t.true(Math.abs(row.risk30 - s.risk30) < most);
    t.is(row.mode, s.mode);
    t.is(row.version, scorer.version);
    t.is(row.health, 100 - row.detail.penalties.reduce((sum, { points }) => sum + points, 0));
    t.true(row.detail.missing.length < signalNames.length);
    const runLife = (row.at.getTime() - equipment.installedMs!) / dayMs;
    t.true(Math.abs(row.run_life_days - runLife) < 0.01);
  }
  scorer.dispose();
  const [{ latest }] = (await cell.rows<{ latest: number }>(
    'SELECT count(*)::int AS latest FROM esp_risk_latest',
  )) as [{ latest: number }];
  t.is(latest, 1);
});
