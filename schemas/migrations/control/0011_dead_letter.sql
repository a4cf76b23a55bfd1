-- Records that could not be used, with their bytes.

CREATE TABLE balancin.dead_letter (
  dead_letter_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  partition int NOT NULL,
  record_offset bigint NOT NULL,
  arrived_at timestamptz NOT NULL,
  key bytea,
  value bytea,
  reason text NOT NULL,
  detail text NOT NULL,
  tenant text,
  cycle bigint NOT NULL
);
CREATE INDEX ON balancin.dead_letter (tenant, arrived_at);
CREATE INDEX ON balancin.dead_letter (topic, partition, record_offset);
COMMENT ON TABLE balancin.dead_letter IS 'Records that could not be used: where each came from, why, and its original bytes';
COMMENT ON COLUMN balancin.dead_letter.arrived_at IS 'The log''s clock when the record was appended';
COMMENT ON COLUMN balancin.dead_letter.reason IS 'One of a closed list, for counting';
COMMENT ON COLUMN balancin.dead_letter.detail IS 'One sentence for a person';
COMMENT ON COLUMN balancin.dead_letter.tenant IS 'Known only where the record could be read so far';
COMMENT ON COLUMN balancin.dead_letter.cycle IS 'Number of the commit that wrote the row';

GRANT INSERT ON balancin.dead_letter TO balancin_worker;
