-- Reports that were made, with the document itself: what was sent can be sent again as it was.

CREATE TABLE report_run (
  report_run_id uuid PRIMARY KEY,
  kind text NOT NULL,
  day date NOT NULL,
  language text NOT NULL,
  requested_by text NOT NULL,
  scheduled boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  period_from timestamptz NOT NULL,
  period_until timestamptz NOT NULL,
  data_cut_off timestamptz NOT NULL,
  frozen_at timestamptz NOT NULL,
  version text NOT NULL,
  recipients text[] NOT NULL,
  summary jsonb NOT NULL,
  sha256 text NOT NULL,
  pdf bytea NOT NULL
);
CREATE INDEX report_run_day ON report_run (kind, day);
-- A scheduled run that is tried again must send what the first try made, not a second edition.
CREATE UNIQUE INDEX report_run_scheduled ON report_run (kind, day, language) WHERE scheduled;
COMMENT ON TABLE report_run IS 'Reports that were made: who asked, for which period, from data up to when';
COMMENT ON COLUMN report_run.day IS 'Production day, by the date it began on';
COMMENT ON COLUMN report_run.summary IS 'Title and key figures in words: what its mail says';
COMMENT ON COLUMN report_run.sha256 IS 'Of the PDF, hexadecimal';
