-- What people are told about their wells, and what they answered.

CREATE TABLE alert (
  start_at timestamptz NOT NULL,
  end_at timestamptz,
  changed_at timestamptz NOT NULL,
  alert_id text NOT NULL,
  revision int NOT NULL,
  well_id int NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  priority text NOT NULL,
  severity text NOT NULL,
  announced boolean NOT NULL,
  first_out_tag text,
  well_state text NOT NULL,
  deferred_oil_m3_per_day float8,
  confidence text NOT NULL,
  activations int NOT NULL,
  chattering boolean NOT NULL,
  standing boolean NOT NULL,
  acknowledged_by text,
  feedback text,
  detail jsonb NOT NULL,
  cycle bigint NOT NULL
);
SELECT balancin.keep_by_time(current_schema(), 'alert');
CREATE INDEX alert_well ON alert (well_id, start_at);
COMMENT ON TABLE alert IS 'Alerts, append-only: every change is a row of one id with the next revision; readers take the greatest (view alert_latest)';
COMMENT ON COLUMN alert.end_at IS 'Null as long as the condition lasts';
COMMENT ON COLUMN alert.changed_at IS 'When this revision was made, by the clock of its cycle';
COMMENT ON COLUMN alert.kind IS 'process: about the well; site-silent: nothing comes from its site';
COMMENT ON COLUMN alert.state IS 'ISA-18.2: normal, unacknowledged, acknowledged, returned-unacknowledged, shelved, suppressed, out-of-service';
COMMENT ON COLUMN alert.announced IS 'False where it was written down but not sent';
COMMENT ON COLUMN alert.first_out_tag IS 'The signal that moved first';
COMMENT ON COLUMN alert.deferred_oil_m3_per_day IS 'Oil not produced while it lasts, m³/d; null without a rate to compare';
COMMENT ON COLUMN alert.standing IS 'Lasts longer than a day';
COMMENT ON COLUMN alert.feedback IS 'true, false or known, as a person said';
COMMENT ON COLUMN alert.detail IS '{signals, causes, sensorsMissing, similar}';
COMMENT ON COLUMN alert.cycle IS 'Number of the commit that wrote the row';

CREATE VIEW alert_latest AS
  SELECT DISTINCT ON (a.start_at, a.alert_id)
         a.start_at, a.end_at, a.changed_at, a.alert_id, a.revision, s.name AS site, w.name AS well, a.kind, a.state,
         a.priority, a.severity, a.announced, a.first_out_tag, a.well_state, a.deferred_oil_m3_per_day, a.confidence,
         a.activations, a.chattering, a.standing, a.acknowledged_by, a.feedback, a.detail, a.well_id
  FROM alert a JOIN well w USING (well_id) JOIN site s USING (site_id)
  ORDER BY a.start_at, a.alert_id, a.revision DESC, a.cycle DESC;
COMMENT ON VIEW alert_latest IS 'Each alert once, as it is now, with its names';
