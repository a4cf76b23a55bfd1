/** What the demo found, read back from the database. */
import type { Pool } from 'pg';
import { asTenant } from '#pipelines/database/asTenant.js';
import type { DemoWell } from './instances.js';

export interface WellSummary {
  readonly well: string;
  readonly label: string;
  readonly minutes: number;
  readonly sensorFindings: number;
  readonly processFindings: number;
  readonly scores: number;
  readonly scoresAbove: number;
}

export interface DemoSummary {
  /** Samples by outcome. */
  readonly samples: Readonly<Record<string, number>>;
  readonly frames: Readonly<Record<string, number>>;
  readonly rows: Readonly<Record<string, number>>;
  readonly wells: readonly WellSummary[];
}

/** Classes of 3W, as its paper names them. */
const labels: Readonly<Record<number, string>> = {
  0: 'normal operation',
  1: 'abrupt BSW increase',
  2: 'spurious DHSV closure',
  3: 'severe slugging',
  4: 'flow instability',
  5: 'rapid productivity loss',
  6: 'quick choke restriction',
  7: 'scaling in choke',
  8: 'hydrate in line',
};

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
    (SELECT count(*) FROM anomaly)::int AS anomaly, (SELECT count(*) FROM score)::int AS score`;

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
  const classOf = new Map(wells.map((well) => [well.well, well.class]));
  return await asTenant(pool, tenant, async (client) => {
    const { rows: found } = await client.query<Omit<WellSummary, 'label'>>(selectWells);
    const { rows } = await client.query<Record<string, number>>(selectRows);
    return {
      samples: of('samples'),
      frames: of('frames'),
      rows: rows[0] ?? {},
      wells: found.map((row) => ({ ...row, label: labels[classOf.get(row.well) ?? -1] ?? 'unlabelled' })),
    };
  });
}
