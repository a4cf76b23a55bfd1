/** Schema ids in a table of the control schema, where no registry is configured. */
import { BalancinError } from '#schemas/errors.js';
import { createPool } from '../database/pool.js';
import { compareStoredSchema } from './compareSchema.js';
import { registerSchema } from './registerSchema.js';
import type { ComparingRegistry } from './schemaRegistry.js';

const fetchStatement = 'SELECT schema_json FROM balancin.registry_schema WHERE schema_id = $1';

/** Needs the control migrations; connects when first used. */
export function createTableRegistry(options: { readonly databaseUrl: string }): ComparingRegistry {
  const pool = createPool({
    databaseUrl: options.databaseUrl,
    name: 'balancin schema registry',
    connectionsMax: 2,
  });

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof BalancinError) throw error;
      throw new BalancinError('REGISTRY_UNAVAILABLE', 'the table of schema ids cannot be asked', {
        cause: error,
      });
    }
  }

  return {
    register: (subject, schemaJson) => ask(() => registerSchema(pool, subject, schemaJson)),

    compare: (subject, schemaJson) => ask(() => compareStoredSchema(pool, subject, schemaJson)),

    fetch: (schemaId) =>
      ask(async () => {
        const { rows } = await pool.query<{ schema_json: string }>(fetchStatement, [schemaId]);
        return rows[0]?.schema_json ?? null;
      }),

    close: () => pool.end(),
  };
}
