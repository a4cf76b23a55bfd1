-- Every version of the records that sites keep: nothing that was sent is lost, whatever wins.

CREATE TABLE site_record (
  kind text NOT NULL,
  record_id text NOT NULL,
  site text NOT NULL,
  hlc bigint NOT NULL,
  tombstone boolean NOT NULL,
  well_id int,
  body jsonb NOT NULL,
  cycle bigint NOT NULL
);
CREATE INDEX site_record_version ON site_record (kind, record_id, hlc DESC, site DESC);
COMMENT ON TABLE site_record IS 'Versions of records that sites keep, append-only: of two of one record the greater (hlc, site) holds (view site_record_latest)';
COMMENT ON COLUMN site_record.kind IS 'WellMaster, DailyProduction, WellTest, Reserves or HsePeriod, as in edge.records.v1';
COMMENT ON COLUMN site_record.record_id IS 'Stable name of the record within its kind';
COMMENT ON COLUMN site_record.site IS 'Site that wrote this version; breaks ties of hlc';
COMMENT ON COLUMN site_record.hlc IS 'Hybrid logical clock: Unix ms x 1024 + counter';
COMMENT ON COLUMN site_record.tombstone IS 'True: the record is deleted as of hlc';
COMMENT ON COLUMN site_record.well_id IS 'Well it is about, where it is about one that is known';
COMMENT ON COLUMN site_record.body IS 'Content, by the field names of the Avro schema';
COMMENT ON COLUMN site_record.cycle IS 'Number of the commit that wrote the row';

CREATE VIEW site_record_latest AS
  SELECT DISTINCT ON (kind, record_id) kind, record_id, site, hlc, tombstone, well_id, body
  FROM site_record ORDER BY kind, record_id, hlc DESC, site DESC, cycle DESC;
COMMENT ON VIEW site_record_latest IS 'The version of each record that holds; tombstone tells a deleted one';
