-- Risks of rod pumps are kept by time, as scores are.

INSERT INTO balancin.time_table (name, time_column, unit) VALUES ('rod_pump_risk', 'at', 'month');
