-- Whether what a model sees, and what it says, is still what it was.

CREATE TABLE model_drift (
  at timestamptz NOT NULL,
  model text NOT NULL,
  version text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('psi', 'calibration')),
  subject text NOT NULL,
  value float8 NOT NULL,
  limit_value float8 NOT NULL,
  expected float8,
  observed float8,
  reference_rows int NOT NULL,
  current_rows int NOT NULL,
  PRIMARY KEY (model, version, kind, subject, at)
);
COMMENT ON TABLE model_drift IS 'Drift of models as the job measured it, a row a feature and run';
COMMENT ON COLUMN model_drift.kind IS 'psi: population stability index of a feature; calibration: failures that came over those that were said';
COMMENT ON COLUMN model_drift.subject IS 'Channel of the model; risk7 for calibration';
COMMENT ON COLUMN model_drift.limit_value IS 'Beyond it the value is a finding: it depends on how many wells there are';

CREATE TABLE model_finding (
  model text NOT NULL,
  version text NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  opened_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  closed_at timestamptz,
  value float8 NOT NULL,
  PRIMARY KEY (model, version, kind, subject, opened_at)
);
CREATE UNIQUE INDEX model_finding_open ON model_finding (model, version, kind, subject) WHERE closed_at IS NULL;
COMMENT ON TABLE model_finding IS 'Drift that a person should look at: from the run that found it first to the one that no longer does';
