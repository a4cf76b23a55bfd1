-- Batches of the log that stopped a task because they cannot be unpacked, and which of them an operator lets pass.

CREATE TABLE balancin.unreadable_batch (
  topology text NOT NULL,
  task int4 NOT NULL,
  topic text NOT NULL,
  first_offset int8 NOT NULL,
  last_offset int8 NOT NULL CHECK (last_offset >= first_offset),
  arrived_at timestamptz NOT NULL,
  why text NOT NULL,
  met_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  skipped_at timestamptz,
  skipped_by text,
  skip_reason text,
  PRIMARY KEY (topology, task, topic, first_offset, last_offset, arrived_at),
  CHECK ((skipped_at IS NULL) = (skipped_by IS NULL) AND (skipped_at IS NULL) = (skip_reason IS NULL))
);
COMMENT ON TABLE balancin.unreadable_batch IS 'Batches that no worker could unpack; the task passes those that an operator skipped, and stops at the others';
COMMENT ON COLUMN balancin.unreadable_batch.arrived_at IS 'The log''s clock when it was appended: another batch at these offsets is not the one that was skipped';

-- A worker has met it. Its memory of batches is bounded by the operator: a task stops at each.
CREATE FUNCTION balancin.note_unreadable(
  met_topology text, met_task int4, met_topic text, met_first int8, met_last int8, met_arrived timestamptz, met_why text
) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  INSERT INTO balancin.unreadable_batch (topology, task, topic, first_offset, last_offset, arrived_at, why)
  VALUES (met_topology, met_task, met_topic, met_first, met_last, met_arrived, met_why)
  ON CONFLICT DO NOTHING;
END;

REVOKE ALL ON FUNCTION balancin.note_unreadable FROM PUBLIC;
GRANT EXECUTE ON FUNCTION balancin.note_unreadable TO balancin_worker;
GRANT SELECT ON balancin.unreadable_batch TO balancin_worker;
