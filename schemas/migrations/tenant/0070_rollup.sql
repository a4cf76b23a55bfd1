-- What the rollup job remembers: how far it has looked, and which hours and days it still has to merge.

CREATE TABLE rollup_cursor (
  task int PRIMARY KEY,
  cycle bigint NOT NULL
);
COMMENT ON TABLE rollup_cursor IS 'The last commit of each task whose partials were looked at: a task''s commits become visible in order';

CREATE TABLE rollup_dirty (
  level text NOT NULL CHECK (level IN ('1h', '1d')),
  bucket timestamptz NOT NULL,
  well_id int NOT NULL,
  tag_id int NOT NULL,
  PRIMARY KEY (level, bucket, well_id, tag_id)
);
COMMENT ON TABLE rollup_dirty IS 'Hours and days of a signal that got new partials and are not merged yet';

-- Finds the partials of new commits, also late ones in old partitions, without reading what was looked at before. Rows come
-- in order of commit, several tasks mixed: so ranges of blocks hold few distinct cycles, which minmax-multi keeps apart.
DO $$
BEGIN
  IF NOT balancin.timescale_full() THEN
    CREATE INDEX reading_1m_cycle ON reading_1m USING brin (cycle int8_minmax_multi_ops) WITH (pages_per_range = 32, autosummarize = on);
  END IF;
END $$;
