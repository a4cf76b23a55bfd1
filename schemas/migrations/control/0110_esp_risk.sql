-- Scores of ESPs are kept by time, as other scores are.

INSERT INTO balancin.time_table (name, time_column, unit) VALUES ('esp_risk', 'at', 'month');
