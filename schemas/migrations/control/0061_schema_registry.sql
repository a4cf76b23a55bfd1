-- Schema ids where no registry is configured: one id a distinct schema, one version a schema and subject.

CREATE TABLE balancin.registry_schema (
  schema_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- SHA-256 of the schema's text with whitespace taken out.
  fingerprint bytea NOT NULL UNIQUE,
  schema_json text NOT NULL
);

CREATE TABLE balancin.registry_version (
  subject text NOT NULL,
  version int NOT NULL CHECK (version > 0),
  schema_id int NOT NULL REFERENCES balancin.registry_schema,
  PRIMARY KEY (subject, version),
  UNIQUE (subject, schema_id)
);
