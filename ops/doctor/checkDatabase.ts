/** The database as `doctor` sees it: reachable, migrated, safe, with room for a schema a tenant. */
import { withClient } from '#pipelines/database/pool.js';
import { requireMigrated } from '#pipelines/database/requireMigrated.js';
import { BalancinError } from '#schemas/errors.js';
import { failed, type Finding, note, ok, warning } from './checkUp.js';

/** A commit over many tenants locks their tables and partitions: see the decision on cells. */
const locksPerTransactionMin = 128;
/** Relations (tables, partitions, indices) beyond which the catalogue slows everything down. */
const relationsMax = 200_000;

interface Facts {
  readonly version: string;
  readonly fsync: string;
  readonly locks: string;
  readonly timescale: string | null;
  readonly relations: number;
}

const select = `
  SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
    current_setting('max_locks_per_transaction') AS locks,
    (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescale,
    (SELECT count(*) FROM pg_class)::int AS relations`;

export async function checkDatabase(databaseUrl: string): Promise<Finding[]> {
  let facts: Facts | undefined;
  try {
    facts = await withClient({ databaseUrl, name: 'balancin doctor' }, async (client) => {
      const { rows } = await client.query<Facts>(select);
      return rows[0];
    });
    await requireMigrated(databaseUrl);
  } catch (error) {
    const says = error instanceof BalancinError ? error.message : String(error);
    return [failed('database', says, 'check DATABASE_URL, the server, and that `balancin migrate` was run')];
  }
  if (facts === undefined) return [failed('database', 'it gave no answer', 'check the server')];
  const findings = [ok('database', `PostgreSQL ${facts.version}, up to date`)];
  findings.push(
    facts.timescale === null
      ? note('timescaledb', 'not installed: native partitions are used', undefined)
      : ok('timescaledb', facts.timescale),
  );
  if (facts.fsync !== 'on')
    findings.push(
      failed(
        'fsync',
        'off: a power cut loses what was acknowledged',
        'set fsync = on in postgresql.conf and restart',
      ),
    );
  if (Number(facts.locks) < locksPerTransactionMin)
    findings.push(
      warning(
        'locks',
        `max_locks_per_transaction is ${facts.locks}: commits over many tenants may fail`,
        `set it to ${locksPerTransactionMin} or more and restart`,
      ),
    );
  if (facts.relations > relationsMax)
    findings.push(
      warning(
        'relations',
        `${facts.relations} relations, more than ${relationsMax}`,
        'move tenants to another cell',
      ),
    );
  return findings;
}
