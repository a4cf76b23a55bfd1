-- Telemetry by hours and days (UTC): continuous aggregates under the full TimescaleDB, else tables that a job fills.
-- Either way reading_1h and reading_1d have the same columns, mergeable as those of reading_1m are.

CREATE FUNCTION pg_temp.create_aggregate(tenant_schema name, view_name text, source text, width interval) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  bucket_start text := format('%I.time_bucket(%L::interval, bucket)', balancin.timescale_schema(), width);
BEGIN
  EXECUTE format(
    'CREATE MATERIALIZED VIEW %1$I.%2$I WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
     SELECT %4$s AS bucket, well_id, tag_id,
            sum(samples)::bigint AS samples, sum(good)::bigint AS good, bit_or(flags) AS flags,
            sum(sum) AS sum, sum(sum_squares) AS sum_squares, min(min) AS min, max(max) AS max,
            (array_agg(first ORDER BY bucket, first_ms, first) FILTER (WHERE good > 0))[1] AS first,
            (array_agg(last ORDER BY bucket DESC, last_ms DESC, last DESC) FILTER (WHERE good > 0))[1] AS last,
            coalesce(min((extract(epoch FROM bucket - %4$s) * 1000)::int + first_ms) FILTER (WHERE good > 0), 0) AS first_ms,
            coalesce(max((extract(epoch FROM bucket - %4$s) * 1000)::int + last_ms) FILTER (WHERE good > 0), 0) AS last_ms
     FROM %1$I.%3$I
     GROUP BY 1, 2, 3
     WITH NO DATA', tenant_schema, view_name, source, bucket_start);
END $$;

-- Refreshed by what has changed, however old: a late reading is in the hour and day it belongs to within minutes.
CREATE FUNCTION pg_temp.add_policies(tenant_schema name, timescale name) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  policy text := 'SELECT %2$I.add_continuous_aggregate_policy(%1$L, start_offset => NULL, end_offset => %3$L::interval,
    schedule_interval => %4$L::interval)';
BEGIN
  EXECUTE format(policy, format('%I.reading_1h', tenant_schema), timescale, '1 hour', '10 minutes');
  EXECUTE format(policy, format('%I.reading_1d', tenant_schema), timescale, '1 day', '1 hour');
  EXECUTE format('SELECT %2$I.add_compression_policy(%1$L, compress_after => interval ''14 days'')',
    format('%I.reading_1m', tenant_schema), timescale);
END $$;

DO $$
BEGIN
  IF balancin.timescale_full() THEN
    PERFORM pg_temp.create_aggregate(current_schema(), 'reading_1h', 'reading_1m', '1 hour');
    PERFORM pg_temp.create_aggregate(current_schema(), 'reading_1d', 'reading_1h', '1 day');
    -- A page or report reads a few tags of one well over weeks: a segment for each, in order of time.
    ALTER TABLE reading_1m SET (
      timescaledb.compress, timescaledb.compress_segmentby = 'well_id, tag_id', timescaledb.compress_orderby = 'bucket');
    PERFORM pg_temp.add_policies(current_schema(), balancin.timescale_schema());
    COMMENT ON VIEW reading_1h IS 'Hours, merged from reading_1m as they are refreshed, the youngest as they are read';
    COMMENT ON VIEW reading_1d IS 'Days (UTC), merged from reading_1h in the same way';
    RETURN;
  END IF;

  CREATE TABLE reading_1h (
    bucket timestamptz NOT NULL,
    well_id int NOT NULL,
    tag_id int NOT NULL,
    samples bigint NOT NULL,
    good bigint NOT NULL,
    flags int NOT NULL,
    sum float8 NOT NULL,
    sum_squares float8 NOT NULL,
    min float4,
    max float4,
    first float4,
    last float4,
    first_ms int NOT NULL,
    last_ms int NOT NULL,
    PRIMARY KEY (well_id, tag_id, bucket)
  );
  CREATE TABLE reading_1d (
    bucket timestamptz NOT NULL,
    well_id int NOT NULL,
    tag_id int NOT NULL,
    samples bigint NOT NULL,
    good bigint NOT NULL,
    flags int NOT NULL,
    sum float8 NOT NULL,
    sum_squares float8 NOT NULL,
    min float4,
    max float4,
    first float4,
    last float4,
    first_ms int NOT NULL,
    last_ms int NOT NULL,
    PRIMARY KEY (well_id, tag_id, bucket)
  );
  PERFORM balancin.keep_by_time(current_schema(), 'reading_1h');
  PERFORM balancin.keep_by_time(current_schema(), 'reading_1d');
  COMMENT ON TABLE reading_1h IS 'Hours, merged from reading_1m by a job';
  COMMENT ON TABLE reading_1d IS 'Days (UTC), merged from reading_1h by a job';
  COMMENT ON COLUMN reading_1h.first_ms IS 'Milliseconds after bucket; 0 where good is 0';
  COMMENT ON COLUMN reading_1d.first_ms IS 'Milliseconds after bucket; 0 where good is 0';
END $$;

DROP FUNCTION pg_temp.create_aggregate, pg_temp.add_policies;
