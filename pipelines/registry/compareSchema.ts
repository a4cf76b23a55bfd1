/** What registering a schema under a subject would do, without doing it. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { requireBackward, schemaFingerprint } from './schemaFingerprint.js';

/** `add`: the subject has none yet; `none`: it has exactly this one; `change`: one more version; `refused`: and why. */
export type SchemaChange =
  | { readonly change: 'add' | 'none' | 'change' }
  | { readonly change: 'refused'; readonly why: string };

const select = `
  SELECT s.schema_json AS text, s.fingerprint FROM balancin.registry_version v JOIN balancin.registry_schema s USING (schema_id)
  WHERE v.subject = $1 ORDER BY v.version`;

/** Against the table of ids. */
export async function compareStoredSchema(
  pool: Pool,
  subject: string,
  schemaJson: string,
): Promise<SchemaChange> {
  const fingerprint = schemaFingerprint(schemaJson);
  const { rows } = await pool.query<{ text: string; fingerprint: Buffer }>(select, [subject]);
  const last = rows.at(-1);
  if (last === undefined) return { change: 'add' };
  if (rows.some((row) => row.fingerprint.equals(fingerprint))) return { change: 'none' };
  try {
    requireBackward(subject, schemaJson, last.text);
    return { change: 'change' };
  } catch (error) {
    if (error instanceof BalancinError && error.code === 'INCOMPATIBLE')
      return { change: 'refused', why: error.message };
    throw error;
  }
}
