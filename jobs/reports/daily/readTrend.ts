/** Five-minute means of some signals of one well. */
import type { TenantClient } from '#pipelines/database/asTenant.js';
import type { TrendSeries } from './dailyData.js';

const sql = `
  select tag.tag, (floor(extract(epoch from bucket) / 300) * 300000)::float8 as "atMs",
         sum(sum) / sum(good) as mean
  from reading_1m
  join tag using (tag_id)
  where well_id = $3 and tag.tag = any ($4)
    and bucket >= to_timestamp($1 / 1000.0) and bucket < to_timestamp($2 / 1000.0)
  group by tag.tag, "atMs"
  having sum(good) > 0
  order by tag.tag, "atMs"`;

/** In the order of `tags`; one without a usable sample is left out. */
export async function readTrend(
  client: TenantClient,
  wanted: {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly wellId: number;
    readonly tags: readonly string[];
  },
): Promise<TrendSeries[]> {
  const { rows } = await client.query<{ tag: string; atMs: number; mean: number }>(sql, [
    wanted.fromMs,
    wanted.untilMs,
    wanted.wellId,
    wanted.tags,
  ]);
  return wanted.tags.flatMap((tag) => {
    const points = rows.filter((row) => row.tag === tag);
    if (points.length === 0) return [];
    return [{ tag, atMs: points.map((point) => point.atMs), mean: points.map((point) => point.mean) }];
  });
}
