-- A rollback takes a decision back instead of making another: so a second one goes further back, and a tenant whose decisions
-- are all taken back follows what holds for all.

ALTER TABLE balancin.model_choice
  ADD COLUMN undoes bigint UNIQUE REFERENCES balancin.model_choice ON DELETE CASCADE,
  DROP CONSTRAINT model_choice_role_check,
  DROP CONSTRAINT model_choice_check,
  ADD CONSTRAINT model_choice_role_check CHECK (role IN ('active', 'shadow', 'ended', 'undone')),
  ADD CONSTRAINT model_choice_check CHECK (
    (undoes IS NOT NULL) = (role = 'undone') AND (version IS NULL OR role <> 'undone')
    AND (version IS NOT NULL OR role IN ('active', 'undone')));
COMMENT ON COLUMN balancin.model_choice.undoes IS 'Promotion that a rollback took back; only where role is undone';

CREATE OR REPLACE FUNCTION balancin.model_choices(of_tenant int) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  WITH mine AS (
    SELECT c.* FROM balancin.model_choice c
    WHERE (c.tenant_id IS NULL OR c.tenant_id = of_tenant) AND c.role <> 'undone'
      AND NOT EXISTS (SELECT FROM balancin.model_choice u WHERE u.undoes = c.choice_id)
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
