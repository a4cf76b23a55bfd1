-- What stands in the field: sites, wells and the names of their signals.

CREATE TABLE site (
  site_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
  timezone text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE site IS 'An edge site: the second part of record keys (tenant/site)';
COMMENT ON COLUMN site.timezone IS 'IANA name: the days of its reports';

CREATE TABLE well (
  well_id int PRIMARY KEY DEFAULT nextval('balancin.well_id_seq'),
  site_id int NOT NULL REFERENCES site,
  name text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
  lift_type text NOT NULL CHECK (lift_type IN ('esp', 'rod-pump', 'gas-lift', 'natural', 'other')),
  field text,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'shut-in', 'abandoned')),
  meta jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(meta) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (site_id, name)
);
COMMENT ON TABLE well IS 'A well; its id is unique in the whole cell';
COMMENT ON COLUMN well.lift_type IS 'How it is lifted: which signals and models apply';
COMMENT ON COLUMN well.meta IS 'What else is known, by name: depths, equipment, where its data came from';

CREATE TABLE tag (
  tag_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tag text NOT NULL UNIQUE,
  unit text,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tag IS 'Names of signals: those of the catalogue from the start, others when they are first seen';
COMMENT ON COLUMN tag.unit IS 'Unit of the stored values; null where the catalogue does not know the tag';
