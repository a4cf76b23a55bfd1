-- Measured or allocated production by day.

CREATE TABLE daily_production (
  day date NOT NULL,
  well_id int NOT NULL,
  hlc bigint NOT NULL,
  oil_m3 float8,
  gas_sm3 float8,
  water_m3 float8,
  on_hours float4,
  method text NOT NULL,
  cycle bigint NOT NULL
);
CREATE INDEX daily_production_well ON daily_production (well_id, day);
COMMENT ON TABLE daily_production IS 'Production of a well and day, append-only: readers take the greatest hlc (view daily_production_latest)';
COMMENT ON COLUMN daily_production.day IS 'Day of the site''s own time zone';
COMMENT ON COLUMN daily_production.hlc IS 'Hybrid logical clock of the writing: the later one wins';
COMMENT ON COLUMN daily_production.on_hours IS 'Hours that the well produced, 0 to 25';
COMMENT ON COLUMN daily_production.method IS 'How it was obtained: measured, allocated, estimated';
COMMENT ON COLUMN daily_production.cycle IS 'Number of the commit that wrote the row';

CREATE VIEW daily_production_latest AS
  SELECT DISTINCT ON (p.day, p.well_id)
         p.day, s.name AS site, w.name AS well, p.oil_m3, p.gas_sm3, p.water_m3, p.on_hours, p.method, p.well_id
  FROM daily_production p JOIN well w USING (well_id) JOIN site s USING (site_id)
  ORDER BY p.day, p.well_id, p.hlc DESC, p.cycle DESC;
COMMENT ON VIEW daily_production_latest IS 'Production of each well and day as it was last written';
