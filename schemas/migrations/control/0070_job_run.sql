-- Who ran which slot of which job: the primary key decides, the partial index keeps a name from overlapping itself.
create table balancin.job_run (
  name text not null,
  slot timestamptz not null,
  -- 'registered': the job was first seen then; slots before it are not owed.
  outcome text check (outcome in ('registered', 'done', 'failed', 'abandoned')),
  owner text not null,
  attempt int4 not null default 1,
  claimed_at timestamptz not null default clock_timestamp(),
  lease_until timestamptz not null,
  retry_at timestamptz,
  finished_at timestamptz,
  duration_ms int8,
  error text,
  primary key (name, slot)
);
create unique index job_run_one_running on balancin.job_run (name) where outcome is null;
create index job_run_retry on balancin.job_run (retry_at) where outcome = 'failed' and retry_at is not null;
