-- Which signals made a finding over several of them.

ALTER TABLE anomaly ADD COLUMN contributions jsonb;
ALTER TABLE shadow_anomaly ADD COLUMN contributions jsonb;
COMMENT ON COLUMN anomaly.contributions IS 'Where signals were looked at together, those that made most of it: [{tag, share}], largest first; else null';
COMMENT ON COLUMN shadow_anomaly.contributions IS 'As in anomaly';

CREATE OR REPLACE VIEW anomaly_latest AS
  SELECT DISTINCT ON (a.start_at, a.anomaly_id)
         a.start_at, a.end_at, s.name AS site, w.name AS well, a.tag, a.detector, a.kind, a.severity, a.score,
         a.expected, a.actual, a.unit, a.historical, a.text_key, a.anomaly_id, a.well_id, a.contributions
  FROM anomaly a JOIN well w USING (well_id) JOIN site s USING (site_id)
  ORDER BY a.start_at, a.anomaly_id, a.cycle DESC, a.end_at DESC NULLS LAST;
