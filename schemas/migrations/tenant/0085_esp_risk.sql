-- What the risk model said of ESPs.

CREATE TABLE esp_risk (
  at timestamptz NOT NULL,
  well_id int NOT NULL,
  historical boolean NOT NULL,
  model text NOT NULL,
  version text NOT NULL,
  shadow boolean NOT NULL,
  known boolean NOT NULL,
  risk7 float8 NOT NULL,
  risk7_lo float8 NOT NULL,
  risk7_hi float8 NOT NULL,
  risk30 float8 NOT NULL,
  risk30_lo float8 NOT NULL,
  risk30_hi float8 NOT NULL,
  threshold float8 NOT NULL,
  alert boolean NOT NULL,
  mode text,
  mode_p float8 NOT NULL,
  health smallint NOT NULL,
  run_life_days float8 NOT NULL,
  maturity float4 NOT NULL,
  producing boolean NOT NULL,
  deferred_m3_per_day float8,
  deferred_of text,
  coverage float4 NOT NULL,
  detail jsonb NOT NULL,
  levels jsonb NOT NULL,
  cycle bigint NOT NULL
);
SELECT balancin.keep_by_time(current_schema(), 'esp_risk');
CREATE INDEX esp_risk_well ON esp_risk (well_id, at);
COMMENT ON TABLE esp_risk IS 'Failure risk of ESPs, a row a well and 06:00 UTC, append-only; of two of one time the greater cycle holds (view esp_risk_latest)';
COMMENT ON COLUMN esp_risk.at IS 'Made from what ended at or before it';
COMMENT ON COLUMN esp_risk.historical IS 'From the backfill lane: it raised no alert';
COMMENT ON COLUMN esp_risk.version IS 'Of the artifact that scored';
COMMENT ON COLUMN esp_risk.shadow IS 'A version that is watched beside the active one: raised no alert';
COMMENT ON COLUMN esp_risk.known IS 'False: nothing to compare with yet, the risks are those of all wells';
COMMENT ON COLUMN esp_risk.risk7 IS 'Probability of a failure within 7 days, before the fleet''s prior';
COMMENT ON COLUMN esp_risk.threshold IS 'Where an alert opens, on risk7';
COMMENT ON COLUMN esp_risk.mode IS 'Likeliest failure mode, and key of its advice; null where nothing can be said';
COMMENT ON COLUMN esp_risk.mode_p IS 'Its probability, given a failure';
COMMENT ON COLUMN esp_risk.health IS '0 to 100: 100 less the points of detail.penalties';
COMMENT ON COLUMN esp_risk.maturity IS 'How complete the well''s baseline is, 0 to 1';
COMMENT ON COLUMN esp_risk.producing IS 'False once it was pulled, or has stood still for a day: it leaves the ranking';
COMMENT ON COLUMN esp_risk.deferred_m3_per_day IS 'What a stop defers, at the well''s usual rate; null where it measures none';
COMMENT ON COLUMN esp_risk.deferred_of IS 'oil or liquid';
COMMENT ON COLUMN esp_risk.detail IS '{modes, missing, penalties, contributions, yesterday, downHours}';
COMMENT ON COLUMN esp_risk.levels IS 'The last day''s distance from baseline, by channel of the model';
COMMENT ON COLUMN esp_risk.cycle IS 'Number of the commit that wrote the row';

CREATE VIEW esp_risk_latest AS
  SELECT DISTINCT ON (r.well_id, r.version, r.shadow) s.name AS site, w.name AS well, w.status, r.*
  FROM esp_risk r JOIN well w USING (well_id) JOIN site s USING (site_id)
  ORDER BY r.well_id, r.version, r.shadow, r.at DESC, r.cycle DESC;
COMMENT ON VIEW esp_risk_latest IS 'The newest score of each ESP and version, with its names';
