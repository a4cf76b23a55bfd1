/** Before a topology runs: is it the one that has run here under its name? */
import { BalancinError } from '#schemas/errors.js';
import { asBalancinError } from '#pipelines/commit/databaseErrors.js';
import type { SqlClient } from '#pipelines/database/sqlClient.js';
import type { Topology } from './topology.js';

/**
 * Notes the version. Two versions that read the same topics, or one more than the other, may run side by side: a rolling
 * upgrade. Throws INCOMPATIBLE for another topology under the same id, and for other nodes under the same version, for a version
 * that was rolled back;
 * DATABASE_UNAVAILABLE.
 */
export async function enterTopology(client: SqlClient, topology: Topology): Promise<void> {
  let refusal: string | null | undefined;
  try {
    const { rows } = await client.query<{ refusal: string | null }>(
      'SELECT balancin.enter_topology($1, $2, $3, $4) AS refusal',
      [topology.id, topology.version, topology.structure, topology.topics],
    );
    refusal = rows[0]?.refusal;
  } catch (error) {
    if (error instanceof Error && !('severity' in error))
      throw new BalancinError('DATABASE_UNAVAILABLE', `the topologies that have run: ${error.message}`, {
        cause: error,
      });
    throw asBalancinError(error, 'the topologies that have run');
  }
  if (refusal === null || refusal === undefined) return;
  throw new BalancinError('INCOMPATIBLE', refusal, {
    context: { topology: topology.id, version: topology.version },
  });
}
