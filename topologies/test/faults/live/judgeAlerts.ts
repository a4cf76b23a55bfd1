/** Judges the alerts of a cell by what must hold of them under any clocks: one an event, told of as they are written. */
import type { Pool } from 'pg';

/** A row of the table, plainly. */
export interface StoredAlert {
  readonly alertId: string;
  readonly revision: number;
  readonly well: string;
  readonly kind: string;
  readonly startMs: number;
  /** Null: it still stood at that revision. */
  readonly endMs: number | null;
  readonly announced: boolean;
}

interface AlertRow {
  alert_id: string;
  revision: number;
  well_id: number;
  kind: string;
  start_ms: number;
  end_ms: number | null;
  announced: boolean;
}

export async function readAlerts(pool: Pool, tenant: string): Promise<StoredAlert[]> {
  const { rows } = await pool.query<AlertRow>(
    `SELECT alert_id, revision, well_id, kind, (extract(epoch FROM start_at) * 1000)::float8 AS start_ms,
            (extract(epoch FROM end_at) * 1000)::float8 AS end_ms, announced
     FROM "t_${tenant}".alert ORDER BY alert_id, revision`,
  );
  return rows.map((row) => ({
    alertId: row.alert_id,
    revision: row.revision,
    well: String(row.well_id),
    kind: row.kind,
    startMs: row.start_ms,
    endMs: row.end_ms,
    announced: row.announced,
  }));
}

/** One sentence a difference. `sentIds`: message ids of `balancin.alerts.v1` as they were sent, `alert/revision` each. */
export function judgeAlerts(stored: readonly StoredAlert[], sentIds: Iterable<string>): string[] {
  const differences: string[] = [];
  const byId = new Map<string, StoredAlert[]>();
  const announced = new Set<string>();
  for (const row of stored) {
    const revisions = byId.get(row.alertId) ?? [];
    byId.set(row.alertId, revisions);
    revisions.push(row);
    if (row.announced) announced.add(`${row.alertId}/${row.revision}`);
  }
  const sent = new Set(sentIds);
  for (const id of announced) if (!sent.has(id)) differences.push(`alert ${id}: never sent`);
  for (const id of sent) if (!announced.has(id)) differences.push(`alert ${id}: sent, but not written down`);
  for (const [id, revisions] of byId) {
    revisions.forEach(({ revision }, n) => {
      if (revision !== n + 1)
        differences.push(`alert ${id}: revision ${revision} stands where ${n + 1} must`);
    });
  }
  return [...differences, ...overlaps([...byId.values()].flatMap((revisions) => revisions.at(-1) ?? []))];
}

/** Two alerts of one kind and well that stand at one time are one event told twice. */
function overlaps(latest: readonly StoredAlert[]): string[] {
  const differences: string[] = [];
  const before = new Map<string, StoredAlert>();
  for (const alert of [...latest].sort((a, b) => a.startMs - b.startMs)) {
    const of = `${alert.well} ${alert.kind}`;
    const last = before.get(of);
    if (last !== undefined && (last.endMs === null || last.endMs > alert.startMs))
      differences.push(
        `alert ${alert.alertId}: ${alert.kind} of well ${alert.well} while ${last.alertId} stands`,
      );
    before.set(of, alert);
  }
  return differences;
}
