-- Who the installation serves: plans, tenants, their keys and the audit of what was done to them.

CREATE TABLE balancin.plan (
  name text PRIMARY KEY,
  title text NOT NULL,
  sites_max int,
  sync text NOT NULL,
  reports text NOT NULL,
  retention_days int,
  remote_access boolean NOT NULL,
  machine_learning boolean NOT NULL
);
COMMENT ON TABLE balancin.plan IS 'What each plan allows: seeded once, then edited here';
COMMENT ON COLUMN balancin.plan.sites_max IS 'Most sites a tenant may have; null means no limit';
COMMENT ON COLUMN balancin.plan.retention_days IS 'Days that telemetry is kept; null means for ever';

CREATE TABLE balancin.tenant (
  tenant_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9_]{0,39}$'),
  name text NOT NULL,
  plan text NOT NULL REFERENCES balancin.plan,
  overrides jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(overrides) = 'object'),
  cell text NOT NULL DEFAULT 'default',
  partition_unit text NOT NULL DEFAULT 'week' CHECK (partition_unit IN ('day', 'week', 'month')),
  tags_max int NOT NULL DEFAULT 10000 CHECK (tags_max > 0),
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE balancin.tenant IS 'A company: its tables are in the schema t_<slug>, read under the role balancin_t_<slug>';
COMMENT ON COLUMN balancin.tenant.overrides IS 'What differs from the plan, in the plan''s own column names';
COMMENT ON COLUMN balancin.tenant.cell IS 'The cell that serves the tenant; another cell''s name means it has moved away';
COMMENT ON COLUMN balancin.tenant.partition_unit IS 'Width of reading_1m partitions: day for a large tenant, month for a small one';
COMMENT ON COLUMN balancin.tenant.tags_max IS 'Beyond this number an unknown tag gets no id and its frames are refused';

CREATE VIEW balancin.tenant_terms AS
  SELECT t.tenant_id, t.slug, t.name, t.plan, t.cell,
         CASE WHEN t.overrides ? 'sites_max' THEN (t.overrides ->> 'sites_max')::int ELSE p.sites_max END AS sites_max,
         coalesce(t.overrides ->> 'sync', p.sync) AS sync,
         coalesce(t.overrides ->> 'reports', p.reports) AS reports,
         CASE WHEN t.overrides ? 'retention_days' THEN (t.overrides ->> 'retention_days')::int ELSE p.retention_days END
           AS retention_days,
         coalesce((t.overrides ->> 'remote_access')::boolean, p.remote_access) AS remote_access,
         coalesce((t.overrides ->> 'machine_learning')::boolean, p.machine_learning) AS machine_learning
  FROM balancin.tenant t JOIN balancin.plan p ON p.name = t.plan;
COMMENT ON VIEW balancin.tenant_terms IS 'What each tenant is allowed: its plan with its overrides';

CREATE TABLE balancin.api_key (
  key_id text PRIMARY KEY,
  tenant_id int NOT NULL REFERENCES balancin.tenant,
  site text NOT NULL,
  secret_sha256 bytea NOT NULL CHECK (length(secret_sha256) = 32),
  last_four text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);
CREATE INDEX ON balancin.api_key (tenant_id);
COMMENT ON TABLE balancin.api_key IS 'Keys of edge sites: each is good for one site of one tenant';
COMMENT ON COLUMN balancin.api_key.secret_sha256 IS 'The secret is 256 random bits shown once: a plain hash suffices, a slow one would add nothing';
COMMENT ON COLUMN balancin.api_key.last_four IS 'End of the secret, so that a person can tell keys apart';

CREATE TABLE balancin.audit (
  audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL DEFAULT session_user,
  action text NOT NULL,
  tenant text,
  subject text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX ON balancin.audit (tenant, at);
COMMENT ON TABLE balancin.audit IS 'Who did what to which tenant, append-only';

CREATE SEQUENCE balancin.well_id_seq AS int;
COMMENT ON SEQUENCE balancin.well_id_seq IS 'Well ids are unique in the whole cell: operator state is kept by them';
