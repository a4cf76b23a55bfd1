-- What workers and bridges may read of tenants: through functions alone, so that their roles need no rights on any table.

-- A tenant with all its wells and tags in one value: null where this cell does not serve it, its version alone where that
-- is the one the caller knows. Any change of a row changes the sum of xmin or the count.
CREATE FUNCTION balancin.read_directory(tenant_slug text, of_cell text, known_version text) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  terms balancin.tenant_terms := (SELECT t FROM balancin.tenant_terms t WHERE t.slug = tenant_slug AND t.cell = of_cell);
  tenant_schema name := 't_' || tenant_slug;
  version text;
  wells json;
  tags json;
BEGIN
  IF terms.tenant_id IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format(
    'SELECT concat_ws('':'',
       (SELECT concat_ws(''/'', count(*), sum(xmin::text::bigint)) FROM %1$I.site),
       (SELECT concat_ws(''/'', count(*), sum(xmin::text::bigint)) FROM %1$I.well),
       (SELECT concat_ws(''/'', count(*), sum(xmin::text::bigint)) FROM %1$I.tag))', tenant_schema) INTO version;
  version := concat_ws(':', terms.tenant_id, terms.retention_days, terms.machine_learning, version);
  IF version = known_version THEN
    RETURN json_build_object('version', version);
  END IF;
  EXECUTE format(
    'SELECT coalesce(json_agg(json_build_array(w.well_id, s.site_id, s.name, w.name) ORDER BY w.well_id), ''[]'')
     FROM %1$I.well w JOIN %1$I.site s USING (site_id)', tenant_schema) INTO wells;
  EXECUTE format(
    'SELECT coalesce(json_agg(json_build_array(tag_id, tag) ORDER BY tag_id), ''[]'') FROM %I.tag',
    tenant_schema) INTO tags;
  RETURN json_build_object(
    'version', version, 'tenantId', terms.tenant_id, 'retentionDays', terms.retention_days,
    'machineLearning', terms.machine_learning, 'wells', wells, 'tags', tags);
END $$;
COMMENT ON FUNCTION balancin.read_directory IS 'wells: [well_id, site_id, site, well]; tags: [tag_id, tag]';

-- Gives tags an id, as long as the tenant has fewer than its limit; what is returned has one.
CREATE FUNCTION balancin.create_tags(tenant_slug text, new_tags text[]) RETURNS TABLE (tag_id int, tag text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  tags_max int := (SELECT t.tags_max FROM balancin.tenant t WHERE t.slug = tenant_slug);
BEGIN
  IF tags_max IS NULL THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('balancin.tags'), hashtext(tenant_slug));
  EXECUTE format(
    'INSERT INTO %1$I.tag (tag)
     SELECT n.tag FROM unnest($1) WITH ORDINALITY AS n (tag, place)
     WHERE n.tag ~ ''^[^[:cntrl:]]{1,120}$'' AND NOT EXISTS (SELECT FROM %1$I.tag t WHERE t.tag = n.tag)
     GROUP BY n.tag ORDER BY min(n.place)
     LIMIT greatest(0, $2 - (SELECT count(*) FROM %1$I.tag))
     ON CONFLICT DO NOTHING', 't_' || tenant_slug) USING new_tags, tags_max;
  RETURN QUERY EXECUTE format('SELECT tag_id, tag FROM %I.tag WHERE tag = ANY ($1)', 't_' || tenant_slug) USING new_tags;
END $$;

-- An unrevoked key: whose it is, with the hash to compare.
CREATE FUNCTION balancin.read_key(wanted text) RETURNS TABLE (tenant text, site text, secret_sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.slug, k.site, k.secret_sha256
  FROM balancin.api_key k JOIN balancin.tenant t USING (tenant_id)
  WHERE k.key_id = wanted AND k.revoked_at IS NULL
$$;

REVOKE ALL ON FUNCTION balancin.read_directory, balancin.create_tags, balancin.read_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION balancin.read_directory, balancin.create_tags TO balancin_worker;
GRANT EXECUTE ON FUNCTION balancin.read_key TO balancin_bridge;
GRANT USAGE ON SCHEMA balancin TO balancin_worker, balancin_bridge;
