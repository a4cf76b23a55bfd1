-- Who ran which slot of which job: the primary key decides, the partial index keeps a name from overlapping itself.

CREATE TABLE balancin.job_run (
  name text NOT NULL,
  slot timestamptz NOT NULL,
  outcome text CHECK (outcome IN ('registered', 'done', 'failed', 'abandoned')),
  owner text NOT NULL,
  attempt int NOT NULL DEFAULT 1,
  claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until timestamptz NOT NULL,
  retry_at timestamptz,
  finished_at timestamptz,
  duration_ms bigint,
  error text,
  PRIMARY KEY (name, slot)
);
CREATE UNIQUE INDEX job_run_one_running ON balancin.job_run (name) WHERE outcome IS NULL;
CREATE INDEX job_run_retry ON balancin.job_run (retry_at) WHERE outcome = 'failed' AND retry_at IS NOT NULL;
COMMENT ON TABLE balancin.job_run IS 'Runs of scheduled jobs, a row a slot';
COMMENT ON COLUMN balancin.job_run.outcome IS 'Null while it runs; registered: the job was first seen then, slots before are not owed';
COMMENT ON COLUMN balancin.job_run.owner IS 'The process that runs it: with attempt the fence';
COMMENT ON COLUMN balancin.job_run.lease_until IS 'A run that is older has died and may be taken over';
COMMENT ON COLUMN balancin.job_run.retry_at IS 'When a failed slot is tried again; null: it is not';
