-- Reports that were made.

CREATE TABLE report_run (
  report_run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  report text NOT NULL,
  period_from date NOT NULL,
  period_to date NOT NULL CHECK (period_to >= period_from),
  language text NOT NULL CHECK (language IN ('es', 'en')),
  status text NOT NULL CHECK (status IN ('running', 'done', 'failed')),
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  location text,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX ON report_run (report, period_from);
COMMENT ON TABLE report_run IS 'Reports that were made: what of, when, and where each went';
COMMENT ON COLUMN report_run.report IS 'Kind of report, as the command line calls it';
COMMENT ON COLUMN report_run.period_to IS 'Last day, inclusive';
COMMENT ON COLUMN report_run.location IS 'File or message id';
COMMENT ON COLUMN report_run.detail IS 'Key figures, and the error of a failed one';
