/** Prometheus metrics of one process. */
import type { Pool } from 'pg';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Supervisor } from '#pipelines/workers/supervisor.js';
import { createDatabaseFacts, type DatabaseMetrics } from './databaseFacts.js';
import { registerMetric } from './registerMetric.js';
import { addWorkerMetrics } from './workerMetrics.js';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface MetricsOptions {
  /** Null where the process runs no workers. */
  readonly supervisor: Supervisor | null;
  /** Null where the database is not to be asked. */
  readonly pool: Pool | null;
  /** How old what the database said may be, ms. */
  readonly databaseAgeMsMax?: number;
}

export function createMetrics({ supervisor, pool, databaseAgeMsMax }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  if (supervisor !== null) addWorkerMetrics(registry, supervisor);
  if (pool !== null)
    addDatabaseMetrics(
      registry,
      createDatabaseFacts(pool, databaseAgeMsMax === undefined ? {} : { ageMsMax: databaseAgeMsMax }),
    );
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

function addDatabaseMetrics(registry: Registry, facts: () => Promise<DatabaseMetrics>): void {
  const gauge = (
    name: string,
    help: string,
    labels: readonly string[],
    values: (
      facts: DatabaseMetrics,
    ) => readonly { readonly labels: Record<string, string>; readonly value: number }[],
  ): void =>
    registerMetric(registry, { name, help, type: 'gauge', labels }, async (add) => {
      for (const { labels: of, value } of values(await facts())) add(of, value);
    });
  gauge(
    'balancin_database_up',
    'Whether the database answered when it was asked last',
    [],
    ({ reachable }) => [{ labels: {}, value: reachable ? 1 : 0 }],
  );
  gauge(
    'balancin_outbox_messages',
    'Messages committed and not yet sent, by topic',
    ['topic'],
    ({ outbox }) => outbox.map(({ topic, messages }) => ({ labels: { topic }, value: messages })),
  );
  gauge(
    'balancin_dead_letters_open',
    'Dead letters that wait for a decision, by reason',
    ['reason'],
    ({ openLetters }) => openLetters.map(({ reason, letters }) => ({ labels: { reason }, value: letters })),
  );
  gauge(
    'balancin_conservation_error_frames',
    'Frames below the next offsets that are not accounted for, by task: anything but 0 is a fault of ours',
    ['topology', 'task'],
    ({ unaccounted }) =>
      unaccounted.map(({ topology, task, frames }) => ({
        labels: { topology, task: String(task) },
        value: frames,
      })),
  );
}
