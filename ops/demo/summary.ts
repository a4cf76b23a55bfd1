/** What the demo found, read back from the database. */
import type { Pool } from 'pg';
import { asTenant } from '#pipelines/database/asTenant.js';
import type { DemoWell } from './instances.js';

export interface WellSummary {
  readonly well: string;
  /** Class of 3W that the recording is filed under; 0 is normal operation. */
  readonly class: number;
  readonly minutes: number;
  /** Anomalies about a sensor. */
  readonly sensorFindings: number;
  /** Anomalies about the well. */
  readonly processFindings: number;
  readonly scores: number;
  readonly scoresAbove: number;
}

export interface DemoSummary {
  /** Samples by outcome. */
  readonly samples: Readonly<Record<string, number>>;
  readonly frames: Readonly<Record<string, number>>;
  readonly rows: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  readonly wells: readonly WellSummary[];
}

const selectTally = `
  SELECT measure, name, sum(total)::int8 AS total FROM balancin.task_tally
  WHERE measure IN ('frames', 'samples') GROUP BY measure, name`;

const selectWells = `
  SELECT w.name AS well,
    (SELECT count(DISTINCT bucket) FROM reading_1m r WHERE r.well_id = w.well_id)::int AS minutes,
    (SELECT count(DISTINCT anomaly_id) FROM anomaly a WHERE a.well_id = w.well_id AND kind = 'quality')::int AS "sensorFindings",
    (SELECT count(DISTINCT anomaly_id) FROM anomaly a WHERE a.well_id = w.well_id AND kind = 'process')::int AS "processFindings",
    (SELECT count(*) FROM score s WHERE s.well_id = w.well_id)::int AS scores,
    (SELECT count(*) FROM score s WHERE s.well_id = w.well_id AND value >= threshold)::int AS "scoresAbove"
  FROM well w ORDER BY w.name`;

const selectRows = `
  SELECT (SELECT count(*) FROM reading_1m)::int AS reading_1m, (SELECT count(*) FROM reading_1h)::int AS reading_1h,
    (SELECT count(*) FROM anomaly)::int AS anomaly, (SELECT count(*) FROM score)::int AS score, (SELECT count(*) FROM esp_risk)::int AS esp_risk`;

export async function summarize(
  pool: Pool,
  tenant: string,
  wells: readonly DemoWell[],
): Promise<DemoSummary> {
  const { rows: tally } = await pool.query<{ measure: string; name: string; total: number }>(selectTally);
  const of = (measure: string): Record<string, number> =>
    Object.fromEntries(
      tally.filter((row) => row.measure === measure).map(({ name, total }) => [name, total]),
    );
  const { rows: letters } = await pool.query<{ total: number }>(
    'SELECT count(*)::int AS total FROM balancin.dead_letter',
  );
  const classOf = new Map(wells.map((well) => [well.well, well.class]));
  return await asTenant(pool, tenant, async (client) => {
    const { rows: found } = await client.query<Omit<WellSummary, 'class'>>(selectWells);
    const { rows } = await client.query<Record<string, number>>(selectRows);
    return {
      samples: of('samples'),
      frames: of('frames'),
      rows: rows[0] ?? {},
      deadLetters: letters[0]?.total ?? 0,
      // Normal operation first, then event by event.
      wells: found
        // Pumps that were simulated have no label to be judged by.
        .filter(({ well }) => classOf.has(well))
        .map((row) => ({ ...row, class: classOf.get(row.well) ?? -1 }))
        .sort((a, b) => a.class - b.class),
    };
  });
}
