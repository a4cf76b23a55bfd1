/** Registers a schema under a subject in the table of ids. */
import type { Pool, PoolClient } from 'pg';
import { requireBackward, schemaFingerprint } from './schemaFingerprint.js';

/** Any number that nothing else uses as the first half of an advisory lock. */
const subjectLock = 61_001;

const knownStatement = `SELECT v.schema_id
  FROM balancin.registry_version v JOIN balancin.registry_schema s USING (schema_id)
 WHERE v.subject = $1 AND s.fingerprint = $2`;

const latestStatement = `SELECT v.version, s.schema_json
  FROM balancin.registry_version v JOIN balancin.registry_schema s USING (schema_id)
 WHERE v.subject = $1 ORDER BY v.version DESC LIMIT 1`;

// The update changes nothing; it makes the row that is there already come back.
const schemaStatement = `INSERT INTO balancin.registry_schema (fingerprint, schema_json) VALUES ($1, $2)
  ON CONFLICT (fingerprint) DO UPDATE SET fingerprint = excluded.fingerprint
  RETURNING schema_id`;

const versionStatement =
  'INSERT INTO balancin.registry_version (subject, version, schema_id) VALUES ($1, $2, $3)';

/**
 * Id of the schema; the same one for everybody who registers it at once. Throws INCOMPATIBLE where it cannot read what the
 * subject's last schema wrote.
 */
export async function registerSchema(pool: Pool, subject: string, schemaJson: string): Promise<number> {
  const fingerprint = schemaFingerprint(schemaJson);
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('BEGIN');
    // Versions of a subject are made one after another: the check against the last one holds until the commit.
    await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [subjectLock, subject]);
    const schemaId = await findOrAdd(client, subject, schemaJson, fingerprint);
    await client.query('COMMIT');
    return schemaId;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function findOrAdd(
  client: PoolClient,
  subject: string,
  schemaJson: string,
  fingerprint: Buffer,
): Promise<number> {
  const known = await client.query<{ schema_id: number }>(knownStatement, [subject, fingerprint]);
  const [knownRow] = known.rows;
  if (knownRow !== undefined) return knownRow.schema_id;
  const latest = await client.query<{ version: number; schema_json: string }>(latestStatement, [subject]);
  const [last] = latest.rows;
  if (last !== undefined) requireBackward(subject, schemaJson, last.schema_json);
  const added = await client.query<{ schema_id: number }>(schemaStatement, [fingerprint, schemaJson]);
  const schemaId = Number(added.rows[0]?.schema_id);
  await client.query(versionStatement, [subject, (last?.version ?? 0) + 1, schemaId]);
  return schemaId;
}
