-- When a tenant's reports are due, who gets them, and which mail was sent.

ALTER TABLE balancin.tenant
  ADD COLUMN report_time_zone text NOT NULL DEFAULT 'UTC',
  ADD COLUMN report_cut_off_minutes int NOT NULL DEFAULT 360 CHECK (report_cut_off_minutes BETWEEN 0 AND 1439);
COMMENT ON COLUMN balancin.tenant.report_time_zone IS 'IANA name: the local time of production days and reports';
COMMENT ON COLUMN balancin.tenant.report_cut_off_minutes IS 'When the production day begins, minutes after local midnight (06:00)';

CREATE TABLE balancin.report_subscription (
  tenant_id int NOT NULL REFERENCES balancin.tenant,
  kind text NOT NULL,
  language text NOT NULL CHECK (language IN ('es', 'en')),
  recipients text[] NOT NULL,
  PRIMARY KEY (tenant_id, kind, language)
);
COMMENT ON TABLE balancin.report_subscription IS 'Who is sent which report in which language';

CREATE TABLE balancin.mail (
  report_run_id uuid NOT NULL,
  recipient text NOT NULL,
  tenant text NOT NULL,
  status text NOT NULL CHECK (status IN ('sending', 'sent', 'retry', 'failed')),
  attempts int NOT NULL DEFAULT 1,
  lease_until timestamptz NOT NULL,
  message_id text NOT NULL,
  error text,
  sent_at timestamptz,
  PRIMARY KEY (report_run_id, recipient)
);
CREATE INDEX mail_tenant ON balancin.mail (tenant, sent_at);
COMMENT ON TABLE balancin.mail IS 'One row a report run and recipient: it is sent once';
COMMENT ON COLUMN balancin.mail.lease_until IS 'A sending that is older died in mid-air and may be tried again';
COMMENT ON COLUMN balancin.mail.message_id IS 'The same at every attempt, so that a mailbox can tell a repetition';
