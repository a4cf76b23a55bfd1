-- What settings of detection that run beside those in force would have found, and would have told people.

CREATE TABLE shadow_anomaly (shadow text NOT NULL, LIKE anomaly);
SELECT balancin.keep_by_time(current_schema(), 'shadow_anomaly');
CREATE INDEX shadow_anomaly_well ON shadow_anomaly (well_id, start_at);
COMMENT ON TABLE shadow_anomaly IS 'Findings of shadows, as in anomaly; that of detector ''shadow'' says since when it runs on a well';
COMMENT ON COLUMN shadow_anomaly.shadow IS 'Name of the shadow in the configuration';

CREATE TABLE shadow_alert (shadow text NOT NULL, LIKE alert);
SELECT balancin.keep_by_time(current_schema(), 'shadow_alert');
CREATE INDEX shadow_alert_well ON shadow_alert (well_id, start_at);
COMMENT ON TABLE shadow_alert IS 'Alerts that shadows would have given, as in alert; none was sent (balancin detector compare)';
COMMENT ON COLUMN shadow_alert.announced IS 'Whether it would have been sent';
COMMENT ON COLUMN shadow_alert.shadow IS 'Name of the shadow in the configuration';
