/** What all schedules play on: one database with its tenant and wells, one topology made ready, real connections. */
import type { ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { readSchema } from '#schemas/avro/readSchema.js';
import { createPool } from '#pipelines/database/pool.js';
import { createMessageEncoder } from '#pipelines/messages/messageEncoder.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import type { OpenTopology, ThreadContext } from '#pipelines/workers/topology.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import type { TemplateRecipe } from '#ops/servers/testTemplate.js';
import wells from '../../../wells.js';
import { trafficTags, type TrafficWell } from '../truth/traffic.js';
import { comparedTables } from './compareRuns.js';
import { readFixedDirectory } from './fixedDirectory.js';
import { Gates, type Process } from './gates.js';
import type { Mutation } from './mutation.js';
import { type HeldMessage, Wires } from './wires.js';

export const tenant = 'acme';
export const topology = wells;
export const schema = { id: 1, text: readSchema('edge.telemetry.v1') };
export const unknownSchemaId = 99;
export const windowOptions = { allowedLatenessMs: 60_000, idleTimeoutMs: 120_000 };
/** Less than from one closed minute to the next: sites fall silent and talk again in every schedule, so that alerts come and go. */
const alertLimits = { siteSilentMs: 45_000 };

export const stageWells: readonly TrafficWell[] = ['norte', 'sur', 'oeste'].flatMap((site) =>
  (site === 'norte' ? ['W-1', 'W-2'] : ['W-1']).map((well) => ({ tenant, site, well })),
);

/** What the schedule that is being played hears of. */
export interface Listener {
  readonly gates: Gates;
  arrived(process: Process, text: string, error: unknown, values: readonly unknown[]): Promise<void>;
  held(message: HeldMessage): void;
}

export interface Stage {
  readonly pool: Pool;
  readonly wires: Wires;
  readonly open: OpenTopology;
  readonly thread: ThreadContext;
  readonly mutation: Mutation;
  listener: Listener | null;
  /** Leaves the database as it was before the first schedule. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** With the tenant, its wells and its tags, made once a server. */
const template: TemplateRecipe = {
  name: 'faults',
  fingerprint: async () => `${await migrated.fingerprint()} ${JSON.stringify([stageWells, trafficTags])}`,
  async build(url) {
    await migrated.build(url);
    const pool = createPool({ databaseUrl: url, name: 'faults' });
    await createTenant(pool, { slug: tenant, name: 'Acme', plan: 'enterprise' });
    for (const site of new Set(stageWells.map((well) => well.site)))
      await createSite(pool, { tenant, name: site });
    for (const { site, well } of stageWells)
      await createWell(pool, { tenant, site, name: well, liftType: 'natural' });
    await pool.query('SELECT balancin.create_tags($1, $2)', [tenant, trafficTags]);
    await pool.end();
  },
};

const resetsPerTruncate = 50;
const tables = [
  'balancin.task',
  'balancin.operator_state',
  'balancin.outbox',
  'balancin.task_tally',
  'balancin.dead_letter',
  `t_${tenant}.reading_1m`,
  ...comparedTables.map(({ name }) => `t_${tenant}.${name}`),
];

/** `ends` is called by who opened it, after `close`: the database goes then. */
export async function openStage(
  mutation: Mutation,
  ends: Pick<ExecutionContext, 'teardown'>,
): Promise<Stage> {
  const { url } = await testDatabase(ends as ExecutionContext, { template });
  // What only costs time in a database of a few rows: at every connection from here on.
  const settings = createPool({ databaseUrl: url, name: 'faults' });
  const database = new URL(url).pathname.slice(1);
  for (const setting of [
    'jit = off',
    'synchronous_commit = off',
    'track_activities = off',
    'track_counts = off',
  ])
    await settings.query(`ALTER DATABASE ${database} SET ${setting}`);
  await settings.end();
  const pool = createPool({ databaseUrl: url, name: 'faults' });
  await mutation.database?.(pool);
  const registry = { register: async () => schema.id, fetch: async () => null, close: async () => undefined };
  const texts = new Map<number, string | null>([
    [schema.id, schema.text],
    [unknownSchemaId, null],
  ]);
  const thread: ThreadContext = {
    directory: await readFixedDirectory(pool, tenant),
    messages: await createMessageEncoder(registry, ''),
    schemas: { schemaText: (id) => texts.get(id) },
    options: { window: windowOptions, alert: alertLimits },
  };
  const open = await topology.open(thread);
  let resets = 0;
  const silent = new Gates();
  const stage: Stage = {
    pool,
    wires: new Wires({
      databaseUrl: url,
      gates: () => stage.listener?.gates ?? silent,
      arrived: async (...message) => await stage.listener?.arrived(...message),
      held: (message) => stage.listener?.held(message),
      ...(mutation.split === undefined ? {} : { split: mutation.split }),
    }),
    open,
    thread,
    mutation,
    listener: null,
    async reset() {
      await stage.wires.forgetAll();
      // Emptied by TRUNCATE now and then alone: it costs more than DELETE of a few rows, which leaves dead ones behind.
      const truncate = resets++ % resetsPerTruncate === 0;
      await pool.query(
        truncate ? `TRUNCATE ${tables.join(', ')}` : tables.map((name) => `DELETE FROM ${name}`).join('; '),
      );
    },
    async close() {
      await stage.wires.close();
      open.dispose();
      await pool.end();
    },
  };
  return stage;
}
