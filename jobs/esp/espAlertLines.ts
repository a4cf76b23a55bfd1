/** What an alert of an ESP's risk adds for its reader: the risk with the fleet's survival in it, and what is at stake. */
import type { AlertView } from '#pipelines/alert/alertView.js';
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { Language } from '../reports/language.js';
import { espSummaryLines } from './espRiskLines.js';
import { readEspRanking } from './readEspRanking.js';

/** None for an alert of something else, and for a well that has left the ranking. As it is ranked at `nowMs`. */
export async function espAlertLines(
  client: TenantClient,
  alert: Pick<AlertView, 'site' | 'well' | 'detail'>,
  { language, nowMs }: { readonly language: Language; readonly nowMs: number },
): Promise<string[]> {
  if (!alert.detail.signals.some(({ detector }) => detector === 'esp-risk')) return [];
  const { ranked } = await readEspRanking(client, { nowMs });
  const esp = ranked.find(({ row }) => row.site === alert.site && row.well === alert.well);
  return esp === undefined ? [] : espSummaryLines(esp, language);
}
