/** Measures a tenant's drift, writes it down, and opens and closes what a person should look at. */
import type { Pool } from 'pg';
import { asTenant, type TenantClient } from '#pipelines/database/asTenant.js';
import { readOutcomes } from '../esp/readOutcomes.js';
import { type DriftFigure, type DriftRow, measureDrift } from './measureDrift.js';

const dayMs = 86_400_000;
/** Of a version's scores the first four weeks say what was usual; the last is held against them. */
const referenceDays = 28;
const currentDays = 7;
/** Failures are rare: a quarter of a year of them. */
const calibrationDays = 90;
const horizonMs = 7 * dayMs;

export interface DriftRun {
  readonly versions: number;
  readonly figures: number;
  readonly opened: readonly string[];
}

export async function measureTenantDrift(
  pool: Pool,
  tenant: string,
  at: { readonly nowMs: number; readonly signal?: AbortSignal },
): Promise<DriftRun> {
  return await asTenant(pool, tenant, async (client) => {
    const versions = await client.query<{ model: string; version: string; firstMs: number }>(
      `SELECT model, version, (extract(epoch FROM min(at)) * 1000)::float8 AS "firstMs" FROM esp_risk
       WHERE known GROUP BY model, version HAVING max(at) > to_timestamp($1::float8 / 1000) - interval '7 days'
       ORDER BY model, version`,
      [at.nowMs],
    );
    const outcomes = await readOutcomes(client);
    const failures = outcomes.flatMap((o) =>
      o.kind === 'pulled' && (o.failedMs !== null || o.finding === 'CONFIRMED')
        ? [{ wellId: o.wellId, atMs: o.failedMs ?? o.atMs }]
        : [],
    );
    let count = 0;
    const opened: string[] = [];
    for (const { model, version, firstMs } of versions.rows) {
      at.signal?.throwIfAborted();
      const rows = (fromMs: number, untilMs: number): Promise<DriftRow[]> =>
        readRows(client, { model, version, fromMs, untilMs });
      const referenceEndMs = firstMs + referenceDays * dayMs;
      const currentStartMs = Math.max(at.nowMs - currentDays * dayMs, referenceEndMs);
      const figures = measureDrift({
        reference: await rows(firstMs, referenceEndMs),
        current: await rows(currentStartMs, at.nowMs),
        settled: await rows(at.nowMs - calibrationDays * dayMs, at.nowMs - horizonMs),
        failures,
      }).filter(({ currentRows }) => currentRows > 0);
      count += figures.length;
      await writeFigures(client, { model, version, nowMs: at.nowMs }, figures);
      opened.push(...(await writeFindings(client, { model, version, nowMs: at.nowMs }, figures)));
    }
    return { versions: versions.rows.length, figures: count, opened };
  });
}

interface Of {
  readonly model: string;
  readonly version: string;
  readonly nowMs: number;
}

/** Live scores of running wells: a well that stands still has other levels and no risk. */
async function readRows(
  client: TenantClient,
  of: { readonly model: string; readonly version: string; readonly fromMs: number; readonly untilMs: number },
): Promise<DriftRow[]> {
  const { rows } = await client.query<DriftRow & Record<string, unknown>>(
    `SELECT DISTINCT ON (well_id, at) well_id AS "wellId", (extract(epoch FROM at) * 1000)::float8 AS "atMs", risk7, levels
     FROM esp_risk WHERE model = $1 AND version = $2 AND known AND producing
       AND at >= to_timestamp($3::float8 / 1000) AND at < to_timestamp($4::float8 / 1000)
     ORDER BY well_id, at, historical, cycle DESC`,
    [of.model, of.version, of.fromMs, of.untilMs],
  );
  return rows;
}

async function writeFigures(client: TenantClient, of: Of, figures: readonly DriftFigure[]): Promise<void> {
  for (const f of figures)
    await client.query(
      `INSERT INTO model_drift (at, model, version, kind, subject, value, limit_value, expected, observed, reference_rows, current_rows)
       VALUES (to_timestamp($1::float8 / 1000), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
      [
        of.nowMs,
        of.model,
        of.version,
        f.kind,
        f.subject,
        f.value,
        f.limit,
        f.expected,
        f.observed,
        f.referenceRows,
        f.currentRows,
      ],
    );
}

/** Names of those that opened. */
async function writeFindings(
  client: TenantClient,
  of: Of,
  figures: readonly DriftFigure[],
): Promise<string[]> {
  const opened: string[] = [];
  for (const { kind, subject, value, limit } of figures) {
    const key = [of.model, of.version, kind, subject, of.nowMs];
    if (value <= limit) {
      await client.query(
        `UPDATE model_finding SET closed_at = to_timestamp($5::float8 / 1000)
         WHERE model = $1 AND version = $2 AND kind = $3 AND subject = $4 AND closed_at IS NULL`,
        key,
      );
      continue;
    }
    const seen = await client.query(
      `UPDATE model_finding SET seen_at = to_timestamp($5::float8 / 1000), value = $6
       WHERE model = $1 AND version = $2 AND kind = $3 AND subject = $4 AND closed_at IS NULL`,
      [...key, value],
    );
    if ((seen.rowCount ?? 0) > 0) continue;
    await client.query(
      `INSERT INTO model_finding (model, version, kind, subject, opened_at, seen_at, value)
       VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), to_timestamp($5::float8 / 1000), $6)`,
      [...key, value],
    );
    opened.push(`${of.model} ${of.version} ${kind} ${subject}`);
  }
  return opened;
}
