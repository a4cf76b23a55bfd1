/** A schema registry whose answers are kept in the database: what it said once needs no registry any more. */
import type { Pool } from 'pg';
import { schemaFingerprint } from './schemaFingerprint.js';
import type { SchemaRegistry } from './schemaRegistry.js';

const findSchema = 'SELECT schema_json FROM balancin.known_schema WHERE registry = $1 AND schema_id = $2';
const keepSchema =
  'INSERT INTO balancin.known_schema (registry, schema_id, schema_json) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
const findRegistration =
  'SELECT schema_id FROM balancin.known_registration WHERE registry = $1 AND subject = $2 AND fingerprint = $3';
const keepRegistration = `INSERT INTO balancin.known_registration (registry, subject, fingerprint, schema_id)
  VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;

/**
 * 'There is none' is never kept. Where the database cannot be asked the registry is, and the other way round: only both away
 * throw, with what the registry threw.
 */
export function createStoredRegistry(registry: SchemaRegistry, url: string, pool: Pool): SchemaRegistry {
  const name = withoutLogin(url);

  async function ask<Row extends object>(text: string, values: unknown[]): Promise<Row | undefined> {
    const { rows } = await pool.query<Row>(text, values).catch(() => ({ rows: [] as Row[] }));
    return rows[0];
  }

  return {
    async register(subject, schemaJson) {
      const fingerprint = schemaFingerprint(schemaJson);
      const known = await ask<{ schema_id: number }>(findRegistration, [name, subject, fingerprint]);
      if (known !== undefined) return known.schema_id;
      const schemaId = await registry.register(subject, schemaJson);
      await ask(keepRegistration, [name, subject, fingerprint, schemaId]);
      return schemaId;
    },

    async fetch(schemaId) {
      const known = await ask<{ schema_json: string }>(findSchema, [name, schemaId]);
      if (known !== undefined) return known.schema_json;
      const schemaJson = await registry.fetch(schemaId);
      if (schemaJson !== null) await ask(keepSchema, [name, schemaId, schemaJson]);
      return schemaJson;
    },

    close: () => registry.close(),
  };
}

/** A name and password in the address say nothing about where an id counts, and must not be stored. */
function withoutLogin(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}${parsed.pathname.replace(/\/+$/, '')}`;
}
