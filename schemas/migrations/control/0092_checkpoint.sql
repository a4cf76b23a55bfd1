-- How tasks stood at some time: what a rewind can go back to.

CREATE TABLE balancin.checkpoint (
  topology text NOT NULL,
  task int4 NOT NULL,
  commit_number int8 NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  clock_ms int8 NOT NULL,
  next_offsets jsonb NOT NULL,
  PRIMARY KEY (topology, task, commit_number)
);
COMMENT ON TABLE balancin.checkpoint IS 'A task as one snapshot saw it after a commit: offsets, clock, state and counts';
COMMENT ON COLUMN balancin.checkpoint.taken_at IS 'After the snapshot: every record below the next offsets had arrived by then';

CREATE TABLE balancin.checkpoint_state (
  topology text NOT NULL,
  task int4 NOT NULL,
  checkpoint int8 NOT NULL,
  operator text NOT NULL,
  claim_epoch int8 NOT NULL,
  commit_number int8 NOT NULL,
  kind text NOT NULL,
  version int4 NOT NULL,
  keys int4 NOT NULL,
  bytes bytea NOT NULL,
  FOREIGN KEY (topology, task, checkpoint) REFERENCES balancin.checkpoint ON DELETE CASCADE
);
CREATE INDEX ON balancin.checkpoint_state (topology, task, checkpoint);
ALTER TABLE balancin.checkpoint_state ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE balancin.checkpoint_state IS 'Rows of operator_state as they were; checkpoint is the commit number of theirs';

CREATE TABLE balancin.checkpoint_tally (
  topology text NOT NULL,
  task int4 NOT NULL,
  checkpoint int8 NOT NULL,
  measure text NOT NULL,
  name text NOT NULL,
  total int8 NOT NULL,
  PRIMARY KEY (topology, task, checkpoint, measure, name),
  FOREIGN KEY (topology, task, checkpoint) REFERENCES balancin.checkpoint ON DELETE CASCADE
);
COMMENT ON TABLE balancin.checkpoint_tally IS 'Rows of task_tally as they were';

CREATE INDEX ON balancin.dead_letter (cycle);
