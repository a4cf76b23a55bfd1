-- Which topologies have run under which id: versions of one may stand side by side, another one under its id is refused.

CREATE TABLE balancin.topology_version (
  topology text NOT NULL,
  version int4 NOT NULL CHECK (version > 0),
  structure text NOT NULL,
  topics text[] NOT NULL,
  first_run_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (topology, version)
);
COMMENT ON TABLE balancin.topology_version IS 'Every version of a topology that a worker has run here';
COMMENT ON COLUMN balancin.topology_version.structure IS 'Its nodes and how they are joined: two under one version are two topologies';

-- Null, or why the caller may not run: nothing is noted then.
CREATE FUNCTION balancin.enter_topology(
  enter_topology text, enter_version int4, enter_structure text, enter_topics text[]
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  known balancin.topology_version;
BEGIN
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
REVOKE ALL ON FUNCTION balancin.enter_topology FROM PUBLIC;
GRANT EXECUTE ON FUNCTION balancin.enter_topology TO balancin_worker;
GRANT SELECT ON balancin.topology_version TO balancin_worker;
