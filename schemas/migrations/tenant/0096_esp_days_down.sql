-- How long a failed ESP keeps its well down: the third factor of a priority, a tenant's or a field's own.

CREATE TABLE esp_days_down (
  setting_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id int REFERENCES site ON DELETE CASCADE,
  days float8 CHECK (days > 0 AND days <= 365),
  set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  set_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE esp_days_down IS 'Days from an ESP''s failure to production again, rig wait and job together; append-only, the newest of a site holds';
COMMENT ON COLUMN esp_days_down.site_id IS 'Null: for all sites without one of their own';
COMMENT ON COLUMN esp_days_down.days IS 'Null: taken back';
