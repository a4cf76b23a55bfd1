-- Telemetry as mergeable partial aggregates: minutes.

CREATE TABLE reading_1m (
  bucket timestamptz NOT NULL,
  well_id int NOT NULL,
  tag_id int NOT NULL,
  samples int NOT NULL,
  good int NOT NULL,
  flags int NOT NULL,
  sum float8 NOT NULL,
  sum_squares float8 NOT NULL,
  min float4,
  max float4,
  first float4,
  last float4,
  first_ms int NOT NULL,
  last_ms int NOT NULL,
  cycle bigint NOT NULL
);
SELECT balancin.keep_by_time(current_schema(), 'reading_1m');

COMMENT ON TABLE reading_1m IS 'Minute partials, append-only: several rows of one well, tag and minute are merged by readers (view reading_1m_merged)';
COMMENT ON COLUMN reading_1m.bucket IS 'Start of the minute';
COMMENT ON COLUMN reading_1m.samples IS 'All samples, usable or not';
COMMENT ON COLUMN reading_1m.good IS 'Usable samples: only they are in the columns from sum to last_ms';
COMMENT ON COLUMN reading_1m.flags IS 'Bit q is set where a sample of quality code q was seen';
COMMENT ON COLUMN reading_1m.first IS 'Value of the earliest usable sample; null where there is none';
COMMENT ON COLUMN reading_1m.first_ms IS 'Milliseconds after bucket; 0 where good is 0';
COMMENT ON COLUMN reading_1m.cycle IS 'Number of the commit that wrote the row';

-- A B-tree by well would halve the rate of COPY: it comes when a partition is closed (ops/decisions/readingIndex.md).
CREATE INDEX reading_1m_bucket ON reading_1m USING brin (bucket timestamptz_minmax_multi_ops)
  WITH (pages_per_range = 32, autosummarize = on);

-- The Apache edition of TimescaleDB can neither compress by well nor has partitions of ours that a job could index.
DO $$
BEGIN
  IF balancin.timescale_schema() IS NOT NULL AND NOT balancin.timescale_full() THEN
    CREATE INDEX reading_1m_by_well ON reading_1m (well_id, tag_id, bucket);
  END IF;
END $$;

CREATE VIEW reading_1m_merged AS
  SELECT m.bucket, s.name AS site, w.name AS well, t.tag, t.unit,
         m.samples, m.good, m.flags, m.sum / nullif(m.good, 0) AS mean, m.min, m.max, m.first, m.last,
         m.sum, m.sum_squares, m.first_ms, m.last_ms, m.partials, m.well_id, m.tag_id
  FROM (
    SELECT bucket, well_id, tag_id,
           sum(samples) AS samples, sum(good) AS good, bit_or(flags) AS flags,
           sum(sum) AS sum, sum(sum_squares) AS sum_squares, min(min) AS min, max(max) AS max,
           (array_agg(first ORDER BY first_ms, first) FILTER (WHERE good > 0))[1] AS first,
           (array_agg(last ORDER BY last_ms DESC, last DESC) FILTER (WHERE good > 0))[1] AS last,
           coalesce(min(first_ms) FILTER (WHERE good > 0), 0) AS first_ms,
           coalesce(max(last_ms) FILTER (WHERE good > 0), 0) AS last_ms,
           count(*) AS partials
    FROM reading_1m
    GROUP BY bucket, well_id, tag_id
  ) m
  JOIN well w USING (well_id) JOIN site s USING (site_id) JOIN tag t USING (tag_id);
COMMENT ON VIEW reading_1m_merged IS 'Minutes with their partials merged and their names, for a person with psql: narrow it by bucket first';
