-- The event log kept in PostgreSQL: topics, their partitions, the records.

CREATE TABLE balancin.log_topic (
  topic_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL UNIQUE,
  partitions int NOT NULL CHECK (partitions BETWEEN 1 AND 1024),
  -- Null keeps records for ever.
  retention_ms bigint CHECK (retention_ms > 0)
);

-- One row a partition. Its lock is what an append holds until it commits: offsets come without gaps, in the order in which
-- transactions commit, so that a reader never passes an offset that is not yet visible.
CREATE TABLE balancin.log_partition (
  topic_id int NOT NULL REFERENCES balancin.log_topic ON DELETE CASCADE,
  partition int NOT NULL,
  low_offset bigint NOT NULL DEFAULT 0,
  next_offset bigint NOT NULL DEFAULT 0,
  last_timestamp_ms bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (topic_id, partition),
  CHECK (low_offset BETWEEN 0 AND next_offset)
) WITH (fillfactor = 25);

-- No foreign key: it would be checked once a record.
CREATE TABLE balancin.log_record (
  topic_id int NOT NULL,
  partition int NOT NULL,
  record_offset bigint NOT NULL,
  timestamp_ms bigint NOT NULL,
  key bytea,
  value bytea,
  headers bytea,
  PRIMARY KEY (topic_id, partition, record_offset)
);
-- Frames are dense already: compressing them again costs more than the disk it saves.
ALTER TABLE balancin.log_record ALTER COLUMN value SET STORAGE EXTERNAL;

-- Appends records that were packed into one buffer (each as key, value, headers; a length of -1 is a null), in one round
-- trip. `slots` are the partitions touched; they are locked in one order, so that two appends never wait for each other in
-- a circle. A timestamp is the database's clock and never goes back within a partition.
CREATE FUNCTION balancin.log_append(
  slot_topics int[], slot_partitions int[], slot_counts int[],
  record_slots int[], record_ranks int[], record_starts int[],
  key_lengths int[], value_lengths int[], header_lengths int[], packed bytea
) RETURNS TABLE (slot int, base_offset bigint)
LANGUAGE plpgsql
AS $$
DECLARE
  bases bigint[];
  stamps bigint[];
BEGIN
  PERFORM 1
    FROM balancin.log_partition p
    JOIN unnest(slot_topics, slot_partitions) AS s(topic_id, partition) USING (topic_id, partition)
   ORDER BY p.topic_id, p.partition
     FOR UPDATE OF p;

  WITH wanted AS (
    SELECT * FROM unnest(slot_topics, slot_partitions, slot_counts) WITH ORDINALITY
      AS w(topic_id, partition, records, slot)
  ), advanced AS (
    UPDATE balancin.log_partition p
       SET next_offset = p.next_offset + w.records,
           last_timestamp_ms = greatest(p.last_timestamp_ms, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
      FROM wanted w
     WHERE p.topic_id = w.topic_id AND p.partition = w.partition
    RETURNING w.slot, p.next_offset - w.records AS base, p.last_timestamp_ms AS stamp
  )
  SELECT array_agg(a.base ORDER BY a.slot), array_agg(a.stamp ORDER BY a.slot) INTO bases, stamps FROM advanced a;

  IF coalesce(cardinality(bases), 0) <> cardinality(slot_topics) THEN
    RAISE EXCEPTION 'a partition appended to is not in the log' USING ERRCODE = 'no_data_found';
  END IF;

  INSERT INTO balancin.log_record (topic_id, partition, record_offset, timestamp_ms, key, value, headers)
  SELECT slot_topics[r.slot], slot_partitions[r.slot], bases[r.slot] + r.rank, stamps[r.slot],
         CASE WHEN r.key_length >= 0 THEN substring(packed FROM r.start + 1 FOR r.key_length) END,
         CASE WHEN r.value_length >= 0
              THEN substring(packed FROM r.start + 1 + greatest(r.key_length, 0) FOR r.value_length) END,
         CASE WHEN r.header_length >= 0
              THEN substring(packed FROM r.start + 1 + greatest(r.key_length, 0) + greatest(r.value_length, 0)
                             FOR r.header_length) END
    FROM unnest(record_slots, record_ranks, record_starts, key_lengths, value_lengths, header_lengths)
      AS r(slot, rank, start, key_length, value_length, header_length);

  RETURN QUERY SELECT b.slot::int, b.base FROM unnest(bases) WITH ORDINALITY AS b(base, slot);
END
$$;

-- Deletes at most `records_max` records that are past their topic's retention and moves the low offset with them, in one
-- transaction. Returns how many went: call it until that is less than `records_max`.
CREATE FUNCTION balancin.log_trim(now_ms bigint, records_max int) RETURNS int
LANGUAGE plpgsql
AS $$
DECLARE
  target record;
  upto bigint;
  removed int := 0;
BEGIN
  FOR target IN
    SELECT p.topic_id, p.partition, now_ms - t.retention_ms AS oldest_ms
      FROM balancin.log_partition p
      JOIN balancin.log_topic t USING (topic_id)
     WHERE t.retention_ms IS NOT NULL AND p.low_offset < p.next_offset
     ORDER BY p.topic_id, p.partition
  LOOP
    EXIT WHEN removed >= records_max;
    -- Timestamps never go back, so what is old is a run from the low offset on.
    SELECT max(r.record_offset) + 1 INTO upto
      FROM (SELECT record_offset, timestamp_ms
              FROM balancin.log_record
             WHERE topic_id = target.topic_id AND partition = target.partition
             ORDER BY record_offset
             LIMIT records_max - removed) r
     WHERE r.timestamp_ms < target.oldest_ms;
    CONTINUE WHEN upto IS NULL;
    UPDATE balancin.log_partition
       SET low_offset = greatest(low_offset, upto)
     WHERE topic_id = target.topic_id AND partition = target.partition;
    WITH gone AS (
      DELETE FROM balancin.log_record
       WHERE topic_id = target.topic_id AND partition = target.partition AND record_offset < upto
      RETURNING 1
    )
    SELECT removed + count(*) INTO removed FROM gone;
  END LOOP;
  RETURN removed;
END
$$;
