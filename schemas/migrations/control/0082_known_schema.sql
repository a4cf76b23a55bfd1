-- What a schema registry has answered once: a worker starts and reads while the registry is away.

CREATE TABLE balancin.known_schema (
  registry text NOT NULL,
  schema_id int4 NOT NULL,
  schema_json text NOT NULL,
  known_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (registry, schema_id)
);
COMMENT ON TABLE balancin.known_schema IS 'Texts of schemas by id, for ever: a registry never gives an id again';
COMMENT ON COLUMN balancin.known_schema.registry IS 'Where the id counts: address of the registry, without login';

CREATE TABLE balancin.known_registration (
  registry text NOT NULL,
  subject text NOT NULL,
  fingerprint bytea NOT NULL,
  schema_id int4 NOT NULL,
  PRIMARY KEY (registry, subject, fingerprint)
);
COMMENT ON TABLE balancin.known_registration IS 'Ids under which our own schemas were registered';

GRANT SELECT, INSERT ON balancin.known_schema, balancin.known_registration TO balancin_worker;
