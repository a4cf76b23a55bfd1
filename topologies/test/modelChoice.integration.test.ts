/** Laws of a promotion in a worker process that runs: it is followed without a restart, shadows beside it, and so is its rollback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import { siteKey, valueSubject } from '#schemas/topics.js';
import { chooseModel, rollBackModel } from '#pipelines/modelchoice/chooseModel.js';
import { openRegistry } from '#pipelines/registry/openRegistry.js';
import { encodeWire } from '#pipelines/registry/wireFormat.js';
import { pumpCardsModel, surfaceCardsModel } from '#models/rodpump/stream/cardModels.js';
import { rodString, steelSection, weightInFluidN } from '#models/rodpump/wave/rodString.js';
import { simulateStroke } from '#models/rodpump/wave/simulateStroke.js';
import { eventually, openTestCell, partitions, type TestCell, tenant } from './testCell.js';

const site = 'norte';
const well = 'RP-1';
const served = [surfaceCardsModel, pumpCardsModel];
const topic = 'edge.cards.v1';

async function versionOf(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** A folder with a second version of both classifiers: the shipped ones under another name. */
async function secondVersions(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-models-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const { model, artifact } of served) {
    const to = join(folder, model, 'second');
    await cp(fileURLToPath(artifact), to, { recursive: true });
    const manifest = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')) as object;
    await writeFile(join(to, 'manifest.json'), JSON.stringify({ ...manifest, version: 'second' }));
  }
  return folder;
}

/** Sends both cards of a stroke, a minute after those before. */
async function cardSender(cell: TestCell): Promise<() => Promise<void>> {
  const registry = await openRegistry({ url: null, databaseUrl: cell.thread.databaseUrl });
  const schemaId = await registry.register(valueSubject(topic), readSchema(topic));
  await registry.close();
  const type = avro.Type.forSchema(JSON.parse(readSchema(topic)) as avro.Schema);
  const string = rodString([steelSection(1500, 22.2)]);
  const { surface, downhole } = simulateStroke({
    string,
    pump: {
      condition: 'fluid_pound',
      fluidLoadN: 25_000,
      strokeM: 2.1,
      severity: 0.5,
      speedMS: 0.9,
      frictionN: 0,
    },
    periodS: 7.5,
    polishedRodM: (phase) => 1.27 * (1 - Math.cos(2 * Math.PI * phase)),
    dampingPerS: 0.2,
    steps: 30,
    strokes: 3,
  });
  const weightN = weightInFluidN(string, 0.95);
  let takenAtMs = Date.now() - 12 * 3_600_000;
  let seq = 0;
  return async () => {
    takenAtMs += 60_000;
    for (const [kind, card, belowN] of [
      ['SURFACE', surface, weightN],
      ['DOWNHOLE', downhole, 0],
    ] as const)
      await cell.publishBytes(
        topic,
        siteKey(tenant, site),
        encodeWire(
          schemaId,
          type.toBuffer({
            tenant,
            site,
            well,
            stream: 'cards',
            epoch: 1,
            seq: ++seq,
            takenAtMs,
            historical: false,
            kind,
            positionM: Array.from(card.positionM),
            loadKn: Array.from(card.loadN, (n) => (n + belowN) / 1000),
            strokesPerMinute: 8,
            fillage: null,
            motorPowerKw: null,
          }),
        ),
      );
  };
}

test('a running worker process follows a promotion and its rollback, and rows name who spoke and who was watched', async (t) => {
  const cell = await openTestCell(t, { wells: [{ site, well }] });
  const folder = await secondVersions(t);
  const send = await cardSender(cell);
  const thread = { ...cell.thread, options: { ...cell.thread.options, models: { folder } } };
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./workerProcess.fixture.js', import.meta.url)),
      JSON.stringify({ thread, partitions, threads: 1 }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.teardown(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const shipped = new Map<string, string>();
  for (const { model, artifact } of served) shipped.set(model, await versionOf(fileURLToPath(artifact)));
  /** Cards go on until the newest of both models are said so. */
  const said = (what: string, wanted: (model: string) => string[]) =>
    eventually(t, what, async () => {
      await send();
      await new Promise((resolve) => setTimeout(resolve, 400));
      const rows = await cell.rows<{ model: string; said: string[] }>(
        `SELECT model, array_agg(version || CASE WHEN shadow THEN ' beside' ELSE '' END ORDER BY shadow) AS said
         FROM score s WHERE at = (SELECT max(at) FROM score m WHERE m.model = s.model) GROUP BY model`,
      );
      const now = new Map(rows.map((row) => [row.model, row.said.join()]));
      return served.every(({ model }) => now.get(model) === wanted(model).join());
    });
  const first = (model: string): string => shipped.get(model) ?? '';
  await said('scores by the shipped versions', (model) => [first(model)]);
  for (const { model } of served) {
    await chooseModel(cell.pool, { model, tenant: null }, { version: 'second', role: 'active' });
    await chooseModel(cell.pool, { model, tenant }, { version: first(model), role: 'shadow' });
  }
  await said('the second, the first watched beside it', (model) => ['second', `${first(model)} beside`]);
  for (const { model } of served) {
    await rollBackModel(cell.pool, { model, tenant: null });
    await chooseModel(cell.pool, { model, tenant }, { version: first(model), role: 'ended' });
  }
  await said('the first again', (model) => [first(model)]);
  t.is(child.exitCode, null, 'it is the process of the beginning');
});
