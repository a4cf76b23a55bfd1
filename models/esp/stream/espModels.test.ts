/** Laws of versions of the risk model: who speaks, who is watched, what is refused at start. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { ModelChoice } from '#pipelines/modelchoice/modelChoice.js';
import { readEquipment } from '../equipment.js';
import { handMadeWell } from '../features/handMadeWell.fixture.js';
import { signalNames } from '../signals.js';
import type { WellSeries } from '../wellSeries.js';
import { openEspModels } from './espModels.js';
import { espStream } from './espStream.fixture.js';

const dayMs = 86_400_000;
const shipped = fileURLToPath(import.meta.resolve('#models/esp/artifact'));

/** A folder of models with a second version of the shipped artifact; `change` may spoil its manifest. */
async function withVersion(
  t: ExecutionContext,
  version: string,
  change: (manifest: Record<string, unknown>) => void = () => {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'balancin-models-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const to = join(folder, 'esp-risk', 'second');
  await cp(shipped, to, { recursive: true });
  const manifest = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  manifest['version'] = version;
  change(manifest);
  await writeFile(join(to, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

function days(from: number, count: number): WellSeries {
  const row = handMadeWell(3);
  const columns = new Map(signalNames.map((name) => [name, new Float32Array(count * 24)]));
  const timesMs = Float64Array.from({ length: count * 24 }, (_, h) => from * dayMs + (h * dayMs) / 24);
  for (const r of timesMs.keys()) {
    const values = row();
    for (const [i, name] of signalNames.entries())
      (columns.get(name) as Float32Array)[r] = values[i] as number;
  }
  return { well: 'w', timesMs, columns, equipment: readEquipment({}) };
}

test('a promotion and its rollback show in the next scores; a shadow is scored beside and raises nothing', async (t) => {
  const choice: { now: ModelChoice | undefined } = { now: undefined };
  const models = await openEspModels({
    modelsFolder: await withVersion(t, '2.second'),
    choiceOf: () => choice.now,
  });
  t.teardown(() => models.dispose());
  const first = models.active({} as never).manifest.version;
  const stream = espStream(models);
  const said = (from: number): [string, boolean][] => {
    const before = stream.risks.length;
    stream.play(days(20_000 + from, 1));
    return stream.risks.slice(before).map(({ version, shadow }) => [version, shadow]);
  };
  said(0);
  t.deepEqual(said(1), [[first, false]]);
  choice.now = { active: null, shadows: ['2.second'] };
  t.deepEqual(said(2), [
    [first, false],
    ['2.second', true],
  ]);
  choice.now = { active: '2.second', shadows: ['2.second'] };
  t.deepEqual(said(3), [['2.second', false]], 'what speaks is no shadow of itself');
  choice.now = { active: null, shadows: [] };
  t.deepEqual(said(4), [[first, false]]);
  choice.now = { active: 'not here yet', shadows: ['nor this'] };
  t.deepEqual(said(5), [[first, false]], 'what was not there at the start waits, and rows say who spoke');
  t.deepEqual(stream.findings, []);
});

test('a version of other features, of another model or that is there twice is refused at start', async (t) => {
  const refused = async (
    change: (manifest: Record<string, unknown>) => void,
    says: RegExp,
    version = '3.x',
  ) => {
    const modelsFolder = await withVersion(t, version, change);
    const error = await t.throwsAsync(openEspModels({ modelsFolder }), { code: 'ARTIFACT_INVALID' });
    t.regex(error?.message ?? '', says);
  };
  await refused((m) => void (m['featureSpecSha256'] = '0'.repeat(64)), /other features/);
  await refused((m) => void (m['model'] = 'another'), /it is of another/);
  const { version } = JSON.parse(await readFile(join(shipped, 'manifest.json'), 'utf8')) as {
    version: string;
  };
  await refused(() => {}, /there already/, version);
  const models = await openEspModels({ modelsFolder: join(tmpdir(), 'no-such-folder') });
  models.dispose();
});
