/** Runs queries with one tenant's rights and nothing more. */
import type { Pool, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { quoteName, tenantRole, tenantSchema } from './tenantNames.js';

export interface TenantClient {
  /** One statement a call, its values apart from its text. Unqualified names are the tenant's own tables. */
  query<Row extends QueryResultRow = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}

/**
 * One transaction under the tenant's role: committed when `work` resolves, rolled back when it throws. The pool's login
 * should be a member of `balancin_serve` and nothing else, so that leaving the role gains nothing; and a transaction that
 * does not end in the role it began with is rolled back (BUG), its connection thrown away.
 */
export async function asTenant<T>(
  pool: Pool,
  slug: string,
  work: (client: TenantClient) => Promise<T>,
): Promise<T> {
  const role = tenantRole(slug);
  // As the server shows it: a tenant's schema name never needs quotes. Temporary tables come last, or they would hide its own.
  const path = `${tenantSchema(slug)}, pg_temp`;
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(`BEGIN; SET LOCAL ROLE ${quoteName(role)}; SET LOCAL search_path = ${path}`);
    const result = await work({
      query: async <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) =>
        await client.query<Row>(singleStatement(text, values)),
    });
    const { rows } = await client.query<{ role: string; path: string }>(
      `SELECT current_user AS role, current_setting('search_path') AS path`,
    );
    if (rows[0]?.role !== role || rows[0].path !== path)
      throw new BalancinError('BUG', `a query of tenant '${slug}' left the tenant's role or search path`);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    await client.query('ROLLBACK').then(
      () => {
        // Only a session that may carry somebody else's settings must not go back to the pool.
        if (!(error instanceof BalancinError && error.code === 'BUG')) broken = undefined;
      },
      () => {},
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The extended protocol takes one statement: what is smuggled in after a semicolon is refused. */
function singleStatement(text: string, values: readonly unknown[] = []): QueryConfig {
  const config: QueryConfig & { readonly queryMode: 'extended' } = {
    text,
    values: [...values],
    queryMode: 'extended', // not in @types/pg
  };
  return config;
}
