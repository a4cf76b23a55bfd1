-- What detectors found and models said.

CREATE TABLE anomaly (
  start_at timestamptz NOT NULL,
  end_at timestamptz,
  anomaly_id text NOT NULL,
  well_id int NOT NULL,
  tag text,
  historical boolean NOT NULL,
  detector text NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL,
  score float8 NOT NULL,
  expected float8,
  actual float8,
  unit text,
  text_key text NOT NULL,
  cycle bigint NOT NULL
);
SELECT balancin.keep_by_time(current_schema(), 'anomaly');
CREATE INDEX anomaly_well ON anomaly (well_id, start_at);
COMMENT ON TABLE anomaly IS 'Findings of the detectors, append-only: opening and closing are two rows of one id; readers take the latest (view anomaly_latest)';
COMMENT ON COLUMN anomaly.end_at IS 'Null as long as it lasts';
COMMENT ON COLUMN anomaly.tag IS 'Null where the finding is about the whole well';
COMMENT ON COLUMN anomaly.historical IS 'Found in historical data: it raised no alert';
COMMENT ON COLUMN anomaly.kind IS 'quality: about the sensor; process: about the well';
COMMENT ON COLUMN anomaly.score IS 'At its worst, in units of the signal''s normal spread';
COMMENT ON COLUMN anomaly.text_key IS 'Key into the detector''s texts';
COMMENT ON COLUMN anomaly.cycle IS 'Number of the commit that wrote the row';

CREATE VIEW anomaly_latest AS
  SELECT DISTINCT ON (a.start_at, a.anomaly_id)
         a.start_at, a.end_at, s.name AS site, w.name AS well, a.tag, a.detector, a.kind, a.severity, a.score,
         a.expected, a.actual, a.unit, a.historical, a.text_key, a.anomaly_id, a.well_id
  FROM anomaly a JOIN well w USING (well_id) JOIN site s USING (site_id)
  ORDER BY a.start_at, a.anomaly_id, a.cycle DESC, a.end_at DESC NULLS LAST;
COMMENT ON VIEW anomaly_latest IS 'Each finding once, as it was last written, with its names';

CREATE TABLE score (
  at timestamptz NOT NULL,
  well_id int NOT NULL,
  historical boolean NOT NULL,
  model text NOT NULL,
  version text NOT NULL,
  value float8 NOT NULL,
  threshold float8 NOT NULL,
  coverage float4 NOT NULL,
  contributions jsonb NOT NULL,
  cycle bigint NOT NULL
);
SELECT balancin.keep_by_time(current_schema(), 'score');
CREATE INDEX score_well ON score (well_id, at);
COMMENT ON TABLE score IS 'What the models said of a well at a time, append-only';
COMMENT ON COLUMN score.threshold IS 'Where the model''s card says an alarm begins, in the unit of value';
COMMENT ON COLUMN score.coverage IS 'Share of the inputs that had data, 0 to 1';
COMMENT ON COLUMN score.contributions IS 'Inputs that made most of the score: [{tag, share}], largest first';
COMMENT ON COLUMN score.cycle IS 'Number of the commit that wrote the row';
