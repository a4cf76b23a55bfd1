-- Which version of a model speaks for whom: every decision a row, the newest holds.

CREATE TABLE balancin.model_choice (
  choice_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  model text NOT NULL,
  tenant_id int REFERENCES balancin.tenant ON DELETE CASCADE,
  version text,
  role text NOT NULL CHECK (role IN ('active', 'shadow', 'ended')),
  chosen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  chosen_by text NOT NULL DEFAULT session_user,
  CHECK (version IS NOT NULL OR role = 'active')
);
CREATE INDEX model_choice_of ON balancin.model_choice (model, tenant_id, choice_id);
COMMENT ON TABLE balancin.model_choice IS 'Decisions about versions of models, append-only; a rollback is one more';
COMMENT ON COLUMN balancin.model_choice.tenant_id IS 'Null: for all tenants that have no decision of their own';
COMMENT ON COLUMN balancin.model_choice.version IS 'Of the artifact, from its manifest; null: the one that comes with the program';
COMMENT ON COLUMN balancin.model_choice.role IS 'active: raises alerts; shadow: scored beside, without; ended: no longer a shadow';

-- What holds for a tenant: {model: {active, shadows}}; null where nobody decided anything.
CREATE FUNCTION balancin.model_choices(of_tenant int) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  WITH mine AS (
    SELECT c.* FROM balancin.model_choice c WHERE c.tenant_id IS NULL OR c.tenant_id = of_tenant
  ), active AS (
    SELECT DISTINCT ON (model) model, version FROM mine WHERE role = 'active'
    ORDER BY model, tenant_id NULLS LAST, choice_id DESC
  ), beside AS (
    SELECT DISTINCT ON (model, version) model, version, role FROM mine
    ORDER BY model, version, choice_id DESC
  )
  SELECT json_object_agg(m.model, json_build_object(
    'active', (SELECT a.version FROM active a WHERE a.model = m.model),
    'shadows', coalesce((SELECT json_agg(b.version ORDER BY b.version) FROM beside b
                         WHERE b.model = m.model AND b.role = 'shadow'), '[]')))
  FROM (SELECT DISTINCT model FROM mine) m
$$;
REVOKE ALL ON FUNCTION balancin.model_choices FROM PUBLIC;

-- As it was, with the choices of models: a decision is known to workers with the directory's next refresh.
CREATE OR REPLACE FUNCTION balancin.read_directory(tenant_slug text, of_cell text, known_version text) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  terms balancin.tenant_terms := (SELECT t FROM balancin.tenant_terms t WHERE t.slug = tenant_slug AND t.cell = of_cell);
  tenant_schema name := 't_' || tenant_slug;
  version text;
  wells json;
  tags json;
  models json := balancin.model_choices(terms.tenant_id);
BEGIN
  IF terms.tenant_id IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format(
    'SELECT concat_ws('':'',
       (SELECT concat_ws(''/'', count(*), sum(xmin::text::bigint)) FROM %1$I.site),
       (SELECT concat_ws(''/'', count(*), sum(xmin::text::bigint)) FROM %1$I.well),
       (SELECT concat_ws(''/'', count(*), sum(xmin::text::bigint)) FROM %1$I.tag))', tenant_schema) INTO version;
  version := concat_ws(':', terms.tenant_id, terms.retention_days, terms.machine_learning, models::text, version);
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
    'machineLearning', terms.machine_learning, 'models', models, 'wells', wells, 'tags', tags);
END $$;
