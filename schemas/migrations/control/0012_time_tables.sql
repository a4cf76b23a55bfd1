-- Tables kept by time: hypertables where TimescaleDB is installed, native range partitions where it is not.

CREATE TABLE balancin.time_table (
  name text PRIMARY KEY,
  time_column text NOT NULL,
  unit text CHECK (unit IN ('day', 'week', 'month', 'year'))
);
COMMENT ON TABLE balancin.time_table IS 'Tables of a tenant''s schema that are kept by time';
COMMENT ON COLUMN balancin.time_table.unit IS 'Width of a partition or chunk; null: the tenant''s own (tenant.partition_unit)';

-- Schema of the TimescaleDB functions, or null.
CREATE FUNCTION balancin.timescale_schema() RETURNS name
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb' $$;

-- Whether its licence allows continuous aggregates and compression (the Apache edition has hypertables alone).
CREATE FUNCTION balancin.timescale_full() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT balancin.timescale_schema() IS NOT NULL AND current_setting('timescaledb.license', true) = 'timescale' $$;

-- Turns a table that was just created, and is empty, into one kept by time. Comments and indices come after it.
CREATE FUNCTION balancin.keep_by_time(tenant_schema name, time_table text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kept balancin.time_table := (SELECT k FROM balancin.time_table k WHERE k.name = time_table);
  width text := coalesce(
    kept.unit, (SELECT partition_unit FROM balancin.tenant WHERE 't_' || slug = tenant_schema), 'week');
  timescale name := balancin.timescale_schema();
BEGIN
  IF timescale IS NOT NULL THEN
    EXECUTE format('SELECT %1$I.create_hypertable(%2$L, %1$I.by_range(%3$L, %4$L::interval), create_default_indexes => false)',
      timescale, format('%I.%I', tenant_schema, time_table), kept.time_column, '1 ' || width);
  ELSE
    EXECUTE format('ALTER TABLE %I.%I RENAME TO %I', tenant_schema, time_table, time_table || '_shape');
    EXECUTE format('CREATE TABLE %1$I.%2$I (LIKE %1$I.%3$I INCLUDING ALL) PARTITION BY RANGE (%4$I)',
      tenant_schema, time_table, time_table || '_shape', kept.time_column);
    EXECUTE format('DROP TABLE %I.%I', tenant_schema, time_table || '_shape');
  END IF;
END $$;

-- Native partitions of a table with their bounds; lower is -infinity for the one that holds all that is older.
CREATE FUNCTION balancin.time_partitions(tenant_schema name, time_table text)
RETURNS TABLE (partition name, lower timestamptz, upper timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
  SELECT relname,
         coalesce(substring(bounds FROM 'FROM \(''([^'']+)''\)')::timestamptz, '-infinity'),
         substring(bounds FROM 'TO \(''([^'']+)''\)')::timestamptz
  FROM (
    SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bounds
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid AND c.relpartbound IS NOT NULL
    WHERE i.inhparent = to_regclass(format('%I.%I', tenant_schema, time_table)) AND NOT i.inhdetachpending
  ) leaf
$$;

-- End of the partition that begins at `lower`: years and months where it is long ago, so that history costs few relations.
CREATE FUNCTION balancin.partition_end(lower timestamptz, unit text, at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
  SELECT CASE
    WHEN lower = date_trunc('year', lower) AND lower + interval '1 year' <= at - interval '60 days'
      THEN lower + interval '1 year'
    WHEN unit IN ('day', 'week') AND lower = date_trunc('month', lower) AND lower + interval '1 month' <= at - interval '60 days'
      THEN lower + interval '1 month'
    ELSE date_trunc(unit, lower) + ('1 ' || unit)::interval
  END
$$;

-- The partition that takes all that is older than `upper`.
CREATE FUNCTION balancin.attach_past(tenant_schema name, table_name text, upper timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
  leaf name := table_name || '_past';
BEGIN
  EXECUTE format('CREATE TABLE %1$I.%2$I (LIKE %1$I.%3$I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
    tenant_schema, leaf, table_name);
  EXECUTE format('ALTER TABLE %1$I.%2$I ATTACH PARTITION %1$I.%3$I FOR VALUES FROM (MINVALUE) TO (%4$L)',
    tenant_schema, table_name, leaf, upper);
END $$;

-- Makes native partitions from where they end (or from `since` where there are none) to past `until`. The oldest takes all
-- that is older, so no row of the past is without a place. ATTACH locks the parent in a mode that lets writers and readers
-- go on; CREATE TABLE … PARTITION OF would not.
CREATE FUNCTION balancin.extend_partitions(tenant_slug text, table_name text, since timestamptz, until timestamptz) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
  tenant_schema name := 't_' || tenant_slug;
  width text := (SELECT coalesce(k.unit, t.partition_unit) FROM balancin.time_table k, balancin.tenant t
                 WHERE k.name = table_name AND t.slug = tenant_slug);
  lower_bound timestamptz := (SELECT max(upper) FROM balancin.time_partitions(tenant_schema, table_name));
  upper_bound timestamptz;
  leaf name;
  made int := 0;
BEGIN
  IF lower_bound IS NULL THEN
    lower_bound := date_trunc('month', since);
    PERFORM balancin.attach_past(tenant_schema, table_name, lower_bound);
    made := 1;
  END IF;
  WHILE lower_bound < until LOOP
    upper_bound := balancin.partition_end(lower_bound, width, now());
    leaf := table_name || '_' || to_char(lower_bound, 'YYYYMMDD');
    EXECUTE format('CREATE TABLE %1$I.%2$I (LIKE %1$I.%3$I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
      tenant_schema, leaf, table_name);
    EXECUTE format('ALTER TABLE %1$I.%2$I ATTACH PARTITION %1$I.%3$I FOR VALUES FROM (%4$L) TO (%5$L)',
      tenant_schema, table_name, leaf, lower_bound, upper_bound);
    lower_bound := upper_bound;
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

-- Partitions of every time table of a tenant up to `until`; how many were made. Workers may call it: their own role may
-- not create tables. Callers of one tenant take turns. Nothing to do under TimescaleDB, which makes chunks by itself.
CREATE FUNCTION balancin.ensure_partitions(tenant_slug text, until timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s'
AS $$
DECLARE
  since timestamptz;
  name text;
  made int := 0;
BEGIN
  IF until > now() + interval '400 days' THEN
    RAISE EXCEPTION 'partitions are made at most 400 days ahead, not to %', until USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT now() - make_interval(days => least(coalesce(retention_days, 1830), 1830)) INTO since
  FROM balancin.tenant_terms WHERE slug = tenant_slug;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no tenant %', tenant_slug USING ERRCODE = 'no_data_found';
  END IF;
  FOR name IN
    SELECT k.name FROM balancin.time_table k
    JOIN pg_class c ON c.oid = to_regclass(format('%I.%I', 't_' || tenant_slug, k.name)) AND c.relkind = 'p'
    WHERE until > coalesce((SELECT max(upper) FROM balancin.time_partitions('t_' || tenant_slug, k.name)), '-infinity')
    ORDER BY k.name
  LOOP
    PERFORM pg_advisory_xact_lock(hashtext('balancin.partitions'), hashtext(tenant_slug));
    made := made + balancin.extend_partitions(tenant_slug, name, since, until);
  END LOOP;
  RETURN made;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA balancin FROM PUBLIC;
GRANT EXECUTE ON FUNCTION balancin.ensure_partitions TO balancin_worker;

INSERT INTO balancin.time_table (name, time_column, unit) VALUES
  ('reading_1m', 'bucket', NULL),
  ('reading_1h', 'bucket', 'month'),
  ('reading_1d', 'bucket', 'year'),
  ('alert', 'start_at', 'month'),
  ('anomaly', 'start_at', 'month'),
  ('score', 'at', 'month');
