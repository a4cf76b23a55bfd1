-- What the trends of dynamometer cards said of rod pumps.

CREATE TABLE rod_pump_risk (
  at timestamptz NOT NULL,
  well_id int NOT NULL,
  historical boolean NOT NULL,
  model text NOT NULL,
  version text NOT NULL,
  risk float8 NOT NULL,
  threshold float8 NOT NULL,
  alert boolean NOT NULL,
  mode text NOT NULL,
  coverage float4 NOT NULL,
  detail jsonb NOT NULL,
  cycle bigint NOT NULL
);
SELECT balancin.keep_by_time(current_schema(), 'rod_pump_risk');
CREATE INDEX rod_pump_risk_well ON rod_pump_risk (well_id, at);
COMMENT ON TABLE rod_pump_risk IS 'Failure risk of rod pumps by trends of their cards, a row a well and 06:00 UTC, append-only; of two of one time the greater cycle holds (view rod_pump_risk_latest)';
COMMENT ON COLUMN rod_pump_risk.at IS 'Made from days that ended at or before it';
COMMENT ON COLUMN rod_pump_risk.historical IS 'Always false as yet: historical cards make no risk';
COMMENT ON COLUMN rod_pump_risk.risk IS 'Index 0 to 1 in the way of a probability within 30 days; not calibrated';
COMMENT ON COLUMN rod_pump_risk.threshold IS 'Where an alert opens, on risk';
COMMENT ON COLUMN rod_pump_risk.mode IS 'Likeliest failure: rod_part, valve_leak, tubing_leak or stuck_pump';
COMMENT ON COLUMN rod_pump_risk.coverage IS 'Share of the figures that had a usual level, 0 to 1';
COMMENT ON COLUMN rod_pump_risk.detail IS '{modes, contributions, missing}';
COMMENT ON COLUMN rod_pump_risk.cycle IS 'Number of the commit that wrote the row';

CREATE VIEW rod_pump_risk_latest AS
  SELECT DISTINCT ON (r.well_id) s.name AS site, w.name AS well, w.status, r.*
  FROM rod_pump_risk r JOIN well w USING (well_id) JOIN site s USING (site_id)
  ORDER BY r.well_id, r.at DESC, r.cycle DESC;
COMMENT ON VIEW rod_pump_risk_latest IS 'The newest risk of each rod pump, with its names';
