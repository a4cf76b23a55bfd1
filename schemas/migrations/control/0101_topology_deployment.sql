-- Deployments of topologies: what stood before each, so that one can go back to it.

CREATE TABLE balancin.topology_deployment (
  deployment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topology text NOT NULL,
  version int4 NOT NULL,
  previous_version int4 CHECK (previous_version <> version),
  checkpoints jsonb NOT NULL,
  migrations text[] NOT NULL,
  deployed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  deployed_by text NOT NULL,
  rollback_begun_at timestamptz,
  rolled_back_at timestamptz,
  rolled_back_by text,
  CHECK (rolled_back_at IS NULL OR rollback_begun_at IS NOT NULL),
  CHECK ((rollback_begun_at IS NULL) = (rolled_back_by IS NULL))
);
CREATE INDEX ON balancin.topology_deployment (topology, deployment_id);
COMMENT ON TABLE balancin.topology_deployment IS 'Each version of a topology that was deployed by command';
COMMENT ON COLUMN balancin.topology_deployment.previous_version IS 'What ran before; null for the first one';
COMMENT ON COLUMN balancin.topology_deployment.checkpoints IS 'Task to commit number of its checkpoint from before; tasks not named had committed nothing';
COMMENT ON COLUMN balancin.topology_deployment.migrations IS 'Done by this deployment: programs from before it refuse the database since';
COMMENT ON COLUMN balancin.topology_deployment.rollback_begun_at IS 'From here on no worker of this version may run, until it is deployed again';

-- Null, or why the caller may not run: nothing is noted then. As before, but a version that was rolled back stays out.
CREATE OR REPLACE FUNCTION balancin.enter_topology(
  enter_topology text, enter_version int4, enter_structure text, enter_topics text[]
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  known balancin.topology_version;
  deployed balancin.topology_deployment;
BEGIN
  SELECT * INTO deployed FROM balancin.topology_deployment d
  WHERE d.topology = enter_topology AND d.version = enter_version
  ORDER BY d.deployment_id DESC LIMIT 1;
  IF FOUND AND deployed.rollback_begun_at IS NOT NULL THEN
    RETURN format('version %s of topology %s was rolled back at %s: run version %s, or deploy it again',
      enter_version, enter_topology, to_char(deployed.rollback_begun_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
      deployed.previous_version);
  END IF;
  -- The usual case takes no lock: it is asked at every claim.
  SELECT * INTO known FROM balancin.topology_version v
  WHERE v.topology = enter_topology AND v.version = enter_version AND v.structure = enter_structure;
  IF FOUND THEN RETURN NULL; END IF;
  -- Of two that enter at once the second sees the first.
  PERFORM pg_advisory_xact_lock(81001, hashtext(enter_topology));
  SELECT * INTO known FROM balancin.topology_version v
  WHERE v.topology = enter_topology AND v.version = enter_version;
  IF FOUND THEN
    IF known.structure = enter_structure THEN RETURN NULL; END IF;
    RETURN format('version %s of topology %s has run here with other nodes: raise its version', enter_version, enter_topology);
  END IF;
  SELECT * INTO known FROM balancin.topology_version v
  WHERE v.topology = enter_topology
  ORDER BY abs(v.version - enter_version), v.version DESC LIMIT 1;
  IF FOUND AND NOT (known.topics <@ enter_topics OR enter_topics <@ known.topics) THEN
    RETURN format('topology %s reads %s, while its version %s read %s: another topology needs another id',
      enter_topology, enter_topics, known.version, known.topics);
  END IF;
  INSERT INTO balancin.topology_version (topology, version, structure, topics)
  VALUES (enter_topology, enter_version, enter_structure, enter_topics);
  RETURN NULL;
END;
$$;

GRANT SELECT ON balancin.topology_deployment TO balancin_worker;
