/** Writes the plans down once; from then on they are data of the installation. */
import { plans } from '#schemas/plans.js';
import type { SqlClient } from './sqlClient.js';

export async function seedPlans(client: SqlClient): Promise<void> {
  for (const plan of Object.values(plans)) {
    await client.query(
      `INSERT INTO balancin.plan (name, title, sites_max, sync, reports, retention_days, remote_access, machine_learning)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING`,
      [
        plan.name,
        plan.title,
        plan.sitesMax,
        plan.sync,
        plan.reports,
        plan.retentionDays,
        plan.remoteAccess,
        plan.machineLearning,
      ],
    );
  }
}
