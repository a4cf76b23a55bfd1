/** What the stream said of the demo's pumps: the ranking of its ESPs, the rod pumps' findings, the worst ESP as a picture. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { drawEsp } from '#jobs/esp/drawEsp.js';
import { rankingTable } from '#jobs/esp/espRankingTable.js';
import { closingLines } from '#jobs/esp/espRiskLines.js';
import { readEspRanking } from '#jobs/esp/readEspRanking.js';
import { pngOf } from '#jobs/reports/card/pngOf.js';
import { table } from '#ops/cli/terminal.js';
import { asTenant } from '#pipelines/database/asTenant.js';
import { findingText } from '#pipelines/detect/findingText.js';

export interface DemoPumps {
  readonly lines: readonly string[];
  /** Null where no ESP was scored. */
  readonly png: string | null;
  readonly scored: number;
}

const days = 40;

export async function readPumps(
  pool: Pool,
  tenant: string,
  options: { readonly folder: string; readonly nowMs: number; readonly language: 'es' | 'en' },
): Promise<DemoPumps> {
  const { folder, nowMs, language } = options;
  return await asTenant(pool, tenant, async (client) => {
    const ranking = await readEspRanking(client, { nowMs });
    const { rows } = await client.query<{ well: string; detector: string; textKey: string }>(
      `SELECT well, detector, text_key AS "textKey" FROM anomaly_latest
       WHERE detector IN ('pump-card', 'downhole-card', 'pump-off', 'pump-risk') AND end_at IS NULL ORDER BY well, start_at`,
    );
    const lines = [
      ...table(...rankingTable(ranking, language)),
      ...closingLines(ranking, language),
      ...rows.map(({ well, detector, textKey }) => `${well}: ${findingText(detector, textKey, language)}`),
    ];
    const [worst] = ranking.ranked;
    if (worst === undefined) return { lines, png: null, scored: 0 };
    const png = join(folder, `esp-risk-${worst.row.well}.png`);
    await mkdir(folder, { recursive: true });
    await writeFile(png, pngOf(await drawEsp(client, { well: worst.row.well, nowMs, days, language })));
    return { lines, png, scored: ranking.ranked.length };
  });
}
