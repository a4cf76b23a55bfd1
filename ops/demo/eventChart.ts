/** The flow instability that the demo's wells had, as an alert told it, and its chart as a picture. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { alertLines } from '#pipelines/alert/alertText.js';
import { type AlertView, readAlerts } from '#pipelines/alert/alertView.js';
import { asTenant, type TenantClient } from '#pipelines/database/asTenant.js';
import { signalOf } from '#schemas/signals/catalogue.js';
import { pngOf } from '#jobs/reports/card/pngOf.js';
import { readTrend } from '#jobs/reports/daily/readTrend.js';
import { trendChart } from '#jobs/reports/daily/trendChart.js';
import { localFormat } from '#jobs/reports/localFormat.js';

export interface DemoEvent {
  readonly lines: readonly string[];
  readonly png: string;
}

const tags = ['well.tpt.p', 'well.choke.up.p', 'well.choke.down.t'];
const causes = ['flowInstability', 'severeSlugging'];
const hourMs = 3_600_000;

/** Of the alerts of unstable flow that have ended, the one with the greatest swing; null where none has. */
export async function drawEvent(
  pool: Pool,
  tenant: string,
  options: { readonly folder: string; readonly sinceMs: number; readonly language: 'es' | 'en' },
): Promise<DemoEvent | null> {
  return await asTenant(pool, tenant, async (client) => {
    const alerts = await readAlerts(client, {
      sinceMs: options.sinceMs,
      well: null,
      open: false,
      limit: 500,
    });
    const cleared = alerts.filter(
      ({ endAt, detail }) => endAt !== null && detail.causes.some((cause) => causes.includes(cause)),
    );
    const alert = cleared.toSorted((a, b) => swingOf(b) - swingOf(a))[0];
    if (alert === undefined) return null;
    const png = join(options.folder, `unstable-flow-${alert.well}.png`);
    await mkdir(options.folder, { recursive: true });
    await writeFile(png, pngOf(await chartOf(client, alert, options.language)));
    return { lines: alertLines(alert, options.language), png };
  });
}

function swingOf({ detail }: AlertView): number {
  return Math.max(...detail.signals.map(({ score }) => score));
}

async function chartOf(client: TenantClient, alert: AlertView, language: 'es' | 'en'): Promise<string> {
  const fromMs = alert.startAt.getTime() - 2 * hourMs;
  const endMs = (alert.endAt ?? alert.changedAt).getTime();
  const untilMs = endMs + 2 * hourMs;
  const { rows } = await client.query<{ wellId: number }>(
    `SELECT w.well_id::int AS "wellId" FROM well w JOIN site s USING (site_id) WHERE w.name = $1 AND s.name = $2`,
    [alert.well, alert.site],
  );
  const wellId = rows[0]?.wellId ?? -1;
  const series = await readTrend(client, { fromMs, untilMs, wellId, tags });
  const band = { fromMs: alert.startAt.getTime(), untilMs: endMs, severity: 'warning' as const };
  return trendChart(
    series.map((one) => ({
      title: signalOf(one.tag)?.description[language] ?? one.tag,
      unit: signalOf(one.tag)?.unit ?? '',
      series: one,
      bands: [band],
    })),
    { fromMs, untilMs },
    localFormat(language, 'UTC'),
  );
}
