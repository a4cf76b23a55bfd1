-- What shadows of detection say is kept by time, as what those in force say.

INSERT INTO balancin.time_table (name, time_column, unit)
VALUES ('shadow_anomaly', 'start_at', 'month'), ('shadow_alert', 'start_at', 'month');
