import test, { type ExecutionContext } from 'ava';
import { conservation } from '#pipelines/conservation/conservation.js';
import { planRollback } from '#pipelines/checkpoints/planRollback.js';
import { openRegistry } from '#pipelines/registry/openRegistry.js';
import { startSupervisor, type Supervisor } from '#pipelines/workers/supervisor.js';
import { eventually, openTestCell, partitions, tenant, type TestCell } from '#topologies/test/testCell.js';
import wells from '#topologies/wells.js';
import { deployTopology } from './deployTopology.js';
import { type DeployParts, planTopology } from './planTopology.js';
import { rollBackTopology } from './rollBackTopology.js';

const site = 'norte';
const well = 'W-1';
const topic = 'edge.telemetry.v1';
const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
const samplesPerFrame = 10;
const next = { ...wells, version: wells.version + 1 };

interface Scene {
  readonly cell: TestCell;
  readonly parts: DeployParts;
  readonly deploy: (topology: typeof wells) => ReturnType<typeof deployTopology>;
  /** A frame a minute. */
  readonly publish: (from: number, to: number) => Promise<void>;
  readonly samples: () => Promise<number>;
  readonly start: (url: string) => Supervisor;
}

async function scene(t: ExecutionContext): Promise<Scene> {
  const cell = await openTestCell(t, { wells: [{ site, well }] });
  const { databaseUrl } = cell.thread;
  const registry = await openRegistry({ url: null, databaseUrl });
  const supervisors: Supervisor[] = [];
  t.teardown(async () => {
    for (const supervisor of supervisors) await supervisor.stop();
    await registry.close();
  });
  const { pool, log } = cell;
  const parts = {
    topology: wells,
    pool,
    log,
    registry,
    partitions,
    prefix: '',
    options: cell.thread.options,
  };
  return {
    cell,
    parts,
    deploy: (topology) =>
      deployTopology(
        { ...parts, topology },
        { databaseUrl, actor: 'ana@control', checkpointsKept: 1, createTopics: async () => undefined },
      ),
    async publish(from, to) {
      const dtMs = Array.from({ length: samplesPerFrame }, (_, i) => i * 1000);
      await cell.publish(
        Array.from({ length: to - from }, (_, i) => ({
          tenant,
          site,
          well,
          stream: 's',
          epoch: 1,
          seq: from + i + 1,
          t0: startMs + (from + i) * 60_000,
          historical: false,
          series: [
            { tag: 'well.whp', dtMs, value: dtMs.map((ms) => ms / 8_000), quality: new Uint8Array(0) },
          ],
        })),
      );
    },
    async samples() {
      const [row] = await cell.rows<{ n: number }>(
        'SELECT coalesce(sum(samples), 0)::int AS n FROM reading_1m',
      );
      return row?.n ?? 0;
    },
    start(topologyUrl) {
      const supervisor = startSupervisor({
        threads: 1,
        partitions,
        thread: { ...cell.thread, topologyUrl },
        restartBackoffMs: 100,
        restartBackoffMaxMs: 1_000,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      });
      supervisors.push(supervisor);
      return supervisor;
    },
  };
}

const changed = (plan: Awaited<ReturnType<typeof planTopology>>, part: string): string[] =>
  plan.changes
    .filter((change) => change.part === part && change.change !== 'none')
    .map(({ name, change }) => `${change} ${name}`);

test('a plan names what is missing, changes nothing, and is empty once it was carried out', async (t) => {
  const { cell, parts, deploy } = await scene(t);
  const plan = await planTopology(parts);
  t.false(plan.refused);
  t.is(plan.previousVersion, null);
  t.deepEqual(changed(plan, 'version'), [`add wells ${wells.version}`]);
  t.deepEqual(changed(plan, 'topic'), []);
  t.deepEqual(changed(plan, 'table'), []);
  const schemas = changed(plan, 'schema');
  t.true(schemas.includes('add edge.cards.v1-value') && !schemas.includes(`add ${topic}-value`));
  t.true(changed(plan, 'state').includes('add window'));
  t.deepEqual(await planTopology(parts), plan);
  t.like(await deploy(wells), { isNew: true, previousVersion: null, checkpoints: {}, migrations: [] });
  const after = await planTopology(parts);
  t.deepEqual([...changed(after, 'version'), ...changed(after, 'schema')], []);
  t.like(await deploy(wells), { isNew: false });
  await t.throwsAsync(planRollback(cell.pool, cell.log, wells.id), { code: 'INCOMPATIBLE' });
});

test('what a rule forbids is refused before anything is changed', async (t) => {
  const { cell, parts, deploy } = await scene(t);
  await deploy(wells);
  const other = JSON.stringify({ type: 'record', name: 'X', fields: [{ name: 'other', type: 'string' }] });
  await parts.registry.register('p.edge.cards.v1-value', other);
  await cell.pool.query(
    `INSERT INTO balancin.operator_state (topology, task, operator, claim_epoch, commit_number, kind, version, keys, bytes)
     VALUES ('wells', 0, 'window', 1, 1, 'segment', 77, 1, '\\x00'), ('wells', 0, 'gone', 1, 1, 'segment', 1, 1, '\\x00')`,
  );
  const plan = await planTopology({ ...parts, topology: next, partitions: 8, prefix: 'p.' });
  t.true(plan.refused);
  t.is(changed(plan, 'topic').filter((change) => change.startsWith('refused')).length, 8);
  t.true(changed(plan, 'schema').includes('refused p.edge.cards.v1-value'));
  t.deepEqual(
    changed(plan, 'state').filter((change) => change.startsWith('refused')),
    ['refused window', 'refused gone'],
  );
  const error = await t.throwsAsync(deploy(next), { code: 'INCOMPATIBLE' });
  t.regex(error?.message ?? '', /state window: stored as version 77.*state gone/);
  const { rows } = await cell.pool.query('SELECT version FROM balancin.topology_deployment');
  t.deepEqual(rows, [{ version: wells.version }]);
  const may = `SELECT has_table_privilege('balancin_worker', 'balancin.topology_deployment', 'SELECT') AS may`;
  t.deepEqual((await cell.pool.query(may)).rows, [{ may: false }], 'what a worker need not know');
});

test('a rollback shuts the version out, takes back all it made, and the one before makes it again', async (t) => {
  const { cell, deploy, publish, samples, start } = await scene(t);
  await deploy(wells);
  const wellsUrl = import.meta.resolve('#topologies/wells.js');
  const before = start(wellsUrl);
  await publish(0, 10);
  await eventually(t, 'ten minutes are stored', async () => (await samples()) === 10 * samplesPerFrame);
  await before.stop();
  const deployed = await deploy(next);
  t.like(deployed, { isNew: true, previousVersion: wells.version });
  t.is(Object.keys(deployed.checkpoints).length, 1);

  const upgraded = start(import.meta.resolve('#topologies/test/wellsNext.fixture.js'));
  await publish(10, 20);
  await eventually(t, 'twenty minutes are stored', async () => (await samples()) === 20 * samplesPerFrame);
  await cell.pool.query(
    `UPDATE balancin.task SET next_offsets = next_offsets || '{"edge.added.v1": 9, "edge.backfill.v1": 9}'
     WHERE commit_number > 0`,
  );
  /** As after retention. */
  const logWithout = (lost: string) => ({
    offsets: async (name: string) =>
      name === lost ? Array.from({ length: partitions }, () => ({ low: 5, high: 9 })) : [],
  });
  await t.throwsAsync(
    planRollback(cell.pool, logWithout('edge.backfill.v1'), wells.id),
    { code: 'OFFSET_OUT_OF_RANGE' },
    'the version before reads it, and would read it again',
  );
  const rollback = await planRollback(cell.pool, logWithout('edge.added.v1'), wells.id);
  t.like(rollback, { version: next.version, previousVersion: wells.version, migrations: [] });
  const order = {
    actor: 'ana@control',
    why: 'wrong',
    databaseStays: false,
    signal: new AbortController().signal,
  };
  await t.throwsAsync(rollBackTopology(cell.pool, { ...rollback, migrations: ['0999_x'] }, order), {
    code: 'INCOMPATIBLE',
  });
  t.is(await samples(), 20 * samplesPerFrame, 'refused: nothing was taken back');
  // While its workers run.
  await rollBackTopology(cell.pool, rollback, order);
  t.is(await samples(), 10 * samplesPerFrame);
  await eventually(t, 'the version that was rolled back stops, and says why', async () => {
    const { rows } = await cell.pool.query<{ reason: string }>(
      `SELECT reason FROM balancin.task_trial WHERE reason LIKE '%rolled back%'`,
    );
    return rows.length > 0;
  });
  await upgraded.stop();
  t.is(await samples(), 10 * samplesPerFrame, 'it made nothing more');
  await t.throwsAsync(planRollback(cell.pool, cell.log, wells.id), { code: 'NOT_FOUND' });

  const again = start(wellsUrl);
  await eventually(
    t,
    'twenty minutes are stored again',
    async () => (await samples()) === 20 * samplesPerFrame,
  );
  await again.stop();
  const client = await cell.pool.connect();
  t.deepEqual(
    (await conservation(client, { samples: true })).filter(({ difference }) => difference !== 0),
    [],
  );
  client.release();
  t.like(await deploy(next), { isNew: true, previousVersion: wells.version }, 'it may be deployed again');
});
