/** Topics, schemas, tables and state against what a topology needs of them. */
import { BalancinError } from '#schemas/errors.js';
import { readSchema } from '#schemas/avro/readSchema.js';
import { type Topic, topicsIn, topicsOut, valueSubject } from '#schemas/topics.js';
import { migrationFolders, missingMigrations } from '#pipelines/database/runMigrations.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import { tenantSchema } from '#pipelines/database/tenantNames.js';
import type { EventLog } from '#pipelines/log/eventLog.js';
import type { ComparingRegistry } from '#pipelines/registry/schemaRegistry.js';
import type { Change } from './topologyPlan.js';

const cellTopics: readonly Topic[] = [...topicsIn, ...topicsOut];

/** Those of the cell, and those that the topology reads beyond it. */
export async function planTopics(
  log: Pick<EventLog, 'offsets'>,
  wanted: { readonly topics: readonly string[]; readonly partitions: number },
): Promise<Change[]> {
  const names = [...new Set([...cellTopics, ...wanted.topics])];
  return await Promise.all(
    names.map(async (name): Promise<Change> => {
      const count = await partitionsOf(log, name);
      const change = (kind: Change['change'], detail: string): Change => ({
        part: 'topic',
        name,
        change: kind,
        detail,
      });
      if (!(cellTopics as readonly string[]).includes(name))
        return change('refused', 'no topic of a cell is named so');
      if (count === null) return change('add', `created with ${wanted.partitions} partitions`);
      if (count !== wanted.partitions)
        return change(
          'refused',
          `it has ${count} partitions, the cell ${wanted.partitions}: the count is fixed when a cell is created`,
        );
      return change('none', '');
    }),
  );
}

async function partitionsOf(log: Pick<EventLog, 'offsets'>, topic: string): Promise<number | null> {
  try {
    const { length } = await log.offsets(topic);
    return length === 0 ? null : length;
  } catch (error) {
    if (error instanceof BalancinError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

export interface TopicSchema {
  readonly subject: string;
  readonly text: string;
}

export function topicSchemas(prefix: string): TopicSchema[] {
  return cellTopics.map((topic) => ({
    subject: valueSubject(prefix + topic),
    text: readSchema(topic),
  }));
}

export async function planSchemas(
  registry: Pick<ComparingRegistry, 'compare'>,
  prefix: string,
): Promise<Change[]> {
  return await Promise.all(
    topicSchemas(prefix).map(async ({ subject, text }): Promise<Change> => {
      const found = await registry.compare(subject, text);
      const detail = {
        add: 'registered',
        none: '',
        change: 'one more version, compatible with the last',
        refused: found.change === 'refused' ? found.why : '',
      }[found.change];
      return { part: 'schema', name: subject, change: found.change, detail };
    }),
  );
}

/** Throws DATABASE_NEWER. */
export async function planTables(client: SqlClient): Promise<Change[]> {
  const control = await missingMigrations(client, 'balancin', migrationFolders.control);
  const changes = control.map(
    (name): Change => ({ part: 'table', name: `balancin ${name}`, change: 'add', detail: 'migrated' }),
  );
  const { rows: found } = await client.query<{ stands: boolean }>(
    `SELECT to_regclass('balancin.tenant') IS NOT NULL AS stands`,
  );
  if (found[0]?.stands !== true) return changes;
  const { rows } = await client.query<{ slug: string }>('SELECT slug FROM balancin.tenant ORDER BY slug');
  const behind = new Map<string, string[]>();
  for (const { slug } of rows)
    for (const name of await missingMigrations(client, tenantSchema(slug), migrationFolders.tenant))
      behind.set(name, [...(behind.get(name) ?? []), slug]);
  for (const [name, slugs] of behind)
    changes.push({
      part: 'table',
      name: `tenants ${name}`,
      change: 'add',
      detail: slugs.length === 1 ? `migrated: ${slugs[0]}` : `migrated: ${slugs.length} tenants`,
    });
  return changes;
}

const storedStates = `
  SELECT operator, array_agg(DISTINCT version) AS versions, sum(octet_length(bytes))::float8 AS bytes
  FROM balancin.operator_state WHERE topology = $1 GROUP BY operator ORDER BY operator`;

/** A task whose state the program cannot read does not start: refused here, before it stops. */
export async function planStates(
  client: SqlClient,
  topology: string,
  versions: ReadonlyMap<string, number>,
): Promise<Change[]> {
  const { rows } = await client.query<{
    operator: string;
    versions: readonly number[];
    bytes: number;
  }>(storedStates, [topology]);
  const stored = new Map(rows.map((row) => [row.operator, row]));
  const names = [...new Set([...versions.keys(), ...stored.keys()])];
  return names.map((name): Change => {
    const kept = stored.get(name);
    const version = versions.get(name);
    const others = kept?.versions.filter((other) => other !== version) ?? [];
    const change = (kind: Change['change'], detail: string): Change => ({
      part: 'state',
      name,
      change: kind,
      detail,
    });
    if (kept === undefined) return change('add', `kept from now on, version ${version}`);
    if (version === undefined)
      return change(
        'refused',
        `${kept.bytes} bytes are stored for it, and the topology has no such operator`,
      );
    if (others.length > 0)
      return change(
        'refused',
        `stored as version ${others.join(', ')}, the program reads version ${version} and has no migration for it`,
      );
    return change('none', '');
  });
}
