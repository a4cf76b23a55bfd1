/** How well a tenant's alarms serve those who answer them (ISA-18.2-2016, 16; EEMUA 191): load, bad actors, priorities. */
import type { TenantClient } from '#pipelines/database/asTenant.js';

export interface AlertStatistics {
  readonly days: number;
  /** Told to somebody; those written down only are counted apart. */
  readonly announced: number;
  readonly withheld: number;
  /** Per operator and hour; EEMUA 191: below 6 is manageable, below 1 in ten minutes acceptable. */
  readonly perOperatorHour: number;
  /** Shares of those announced, 0 to 1; about .80/.15/.05 is meant. Null without any. */
  readonly priorities: { readonly low: number; readonly medium: number; readonly high: number } | null;
  readonly standing: number;
  readonly chattering: number;
  /** Wells and first-out signals with most alerts, at most ten. */
  readonly worstActors: readonly {
    readonly site: string;
    readonly well: string;
    readonly tag: string | null;
    readonly alerts: number;
    readonly share: number;
  }[];
  readonly feedback: { readonly true: number; readonly false: number; readonly known: number };
}

interface Counts {
  readonly [name: string]: number;
}

export async function readAlertStatistics(
  client: TenantClient,
  period: { readonly sinceMs: number; readonly untilMs: number; readonly operators: number },
): Promise<AlertStatistics> {
  const bounds = [period.sinceMs, period.untilMs];
  const where = `WHERE start_at >= to_timestamp($1::float8 / 1000) AND start_at < to_timestamp($2::float8 / 1000)`;
  const { rows } = await client.query<Counts>(
    `SELECT count(*) FILTER (WHERE announced)::int AS announced,
            count(*) FILTER (WHERE NOT announced)::int AS withheld,
            count(*) FILTER (WHERE announced AND priority = 'low')::int AS low,
            count(*) FILTER (WHERE announced AND priority = 'medium')::int AS medium,
            count(*) FILTER (WHERE announced AND priority = 'high')::int AS high,
            count(*) FILTER (WHERE standing)::int AS standing,
            count(*) FILTER (WHERE chattering)::int AS chattering,
            count(*) FILTER (WHERE feedback = 'true')::int AS true,
            count(*) FILTER (WHERE feedback = 'false')::int AS false,
            count(*) FILTER (WHERE feedback = 'known')::int AS known
     FROM alert_latest ${where}`,
    bounds,
  );
  const actors = await client.query<{ site: string; well: string; tag: string | null; alerts: number }>(
    `SELECT site, well, first_out_tag AS tag, count(*)::int AS alerts FROM alert_latest ${where} AND announced
     GROUP BY site, well, first_out_tag ORDER BY alerts DESC, site, well, tag LIMIT 10`,
    bounds,
  );
  const count = (name: string): number => rows[0]?.[name] ?? 0;
  const announced = count('announced');
  const hours = (period.untilMs - period.sinceMs) / 3_600_000;
  const share = (n: number): number => n / announced;
  return {
    days: hours / 24,
    announced,
    withheld: count('withheld'),
    perOperatorHour: announced / hours / period.operators,
    priorities:
      announced === 0
        ? null
        : { low: share(count('low')), medium: share(count('medium')), high: share(count('high')) },
    standing: count('standing'),
    chattering: count('chattering'),
    worstActors: actors.rows.map((actor) => ({ ...actor, share: share(actor.alerts) })),
    feedback: { true: count('true'), false: count('false'), known: count('known') },
  };
}
