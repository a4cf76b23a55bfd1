/** Gives the roles their rights on one tenant's schema: its own role reads, the workers insert into hot tables alone. */
import { alert } from '#schemas/tables/alert.js';
import { anomaly } from '#schemas/tables/anomaly.js';
import { dailyProduction } from '#schemas/tables/dailyProduction.js';
import { espRisk } from '#schemas/tables/espRisk.js';
import { reading1m } from '#schemas/tables/reading1m.js';
import { rodPumpRisk } from '#schemas/tables/rodPumpRisk.js';
import { score } from '#schemas/tables/score.js';
import { shadowAlert, shadowAnomaly } from '#schemas/tables/shadow.js';
import { siteRecord } from '#schemas/tables/siteRecord.js';
import type { SqlClient } from './sqlClient.js';
import { quoteName, tenantRole, tenantSchema, workerRole } from './tenantNames.js';

/** Tables that a commit writes. */
const hotTables = [
  reading1m,
  anomaly,
  alert,
  shadowAnomaly,
  shadowAlert,
  score,
  espRisk,
  rodPumpRisk,
  dailyProduction,
  siteRecord,
];

/** Tables that the tenant's own jobs write under its role. */
const jobTables = [
  'reading_1h',
  'reading_1d',
  'rollup_cursor',
  'rollup_dirty',
  'report_run',
  'model_drift',
  'model_finding',
];

/** Can be repeated: new tables of a migration get their rights by it. */
export async function grantTenantRights(client: SqlClient, slug: string): Promise<void> {
  const schema = quoteName(tenantSchema(slug));
  const role = quoteName(tenantRole(slug));
  const worker = quoteName(workerRole);
  const { rows } = await client.query<{ name: string; kind: string }>(
    `SELECT c.relname AS name, c.relkind AS kind
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND c.relname <> 'migration'`,
    [tenantSchema(slug)],
  );
  const tables = rows.filter((row) => row.kind === 'r' || row.kind === 'p').map((row) => row.name);
  const own = tables.filter((name) => jobTables.includes(name));
  const hot = hotTables.map((table) => table.name);
  const list = (names: readonly string[]): string =>
    names.map((name) => `${schema}.${quoteName(name)}`).join(', ');
  await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}, ${worker}`);
  await client.query(`GRANT SELECT ON ${list(rows.map((row) => row.name))} TO ${role}`);
  if (own.length > 0) await client.query(`GRANT INSERT, UPDATE, DELETE ON ${list(own)} TO ${role}`);
  await client.query(`GRANT INSERT ON ${list(hot)} TO ${worker}`);
}
