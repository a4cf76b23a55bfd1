/** Draws one ESP's risk and what explains it over its last days, with the failure that ended it where one was recorded. */
import { BalancinError } from '#schemas/errors.js';
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { Language } from '../reports/language.js';
import { espPicture } from './espPicture.js';
import { readRiskHistory } from './readEspRisks.js';
import { readOutcomes } from './readOutcomes.js';

const dayMs = 86_400_000;

/** An SVG. Throws NOT_FOUND where the well has fewer than two scores in those days. */
export async function drawEsp(
  client: TenantClient,
  of: { readonly well: string; readonly nowMs: number; readonly days: number; readonly language: Language },
): Promise<string> {
  const { well, nowMs, days, language } = of;
  const wells = await client.query<{ wellId: number }>(
    `SELECT well_id::int AS "wellId" FROM well WHERE name = $1 ORDER BY well_id LIMIT 1`,
    [well],
  );
  const wellId = wells.rows[0]?.wellId ?? -1;
  const fromMs = nowMs - days * dayMs;
  const rows = await readRiskHistory(client, { wellId, fromMs, untilMs: nowMs });
  if (rows.length < 2)
    throw new BalancinError(
      'NOT_FOUND',
      `${well} has fewer than two scores in ${days} days: nothing to draw`,
    );
  const failures = (await readOutcomes(client)).flatMap((record) =>
    record.kind === 'pulled' && record.wellId === wellId && record.failedMs !== null
      ? [{ atMs: record.failedMs, mode: record.mode }]
      : [],
  );
  const failure = failures.findLast(({ atMs }) => atMs >= fromMs && atMs <= nowMs + dayMs) ?? null;
  return espPicture({ rows, failure, language });
}
