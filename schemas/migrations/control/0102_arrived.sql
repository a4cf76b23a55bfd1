-- How late the records below the next offsets arrived: by that a log that was made anew is known. It was taken from the
-- clock of the last cycle, which programs from before noted without looking at arrivals: where the broker's clock is ahead of
-- theirs, the same log looked like another one.

ALTER TABLE balancin.task ADD COLUMN arrived_ms int8 NOT NULL DEFAULT 0;
COMMENT ON COLUMN balancin.task.arrived_ms IS
  'No record below the next offsets arrived later, Unix ms by the log''s clock; 0: not known, as after a commit of an older program';
ALTER TABLE balancin.checkpoint ADD COLUMN arrived_ms int8 NOT NULL DEFAULT 0;

DROP FUNCTION balancin.claim_task;
-- Whoever claims last owns the task: everything an earlier owner still sends is refused by advance().
CREATE FUNCTION balancin.claim_task(claim_topology text, claim_task int4, claim_owner text)
RETURNS TABLE (epoch int8, commit_number int8, clock_ms int8, next_offsets jsonb, arrived_ms int8)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  INSERT INTO balancin.task AS t (topology, task, epoch, owner)
  VALUES (claim_topology, claim_task, 1, claim_owner)
  ON CONFLICT (topology, task) DO UPDATE
    SET epoch = t.epoch + 1, owner = EXCLUDED.owner, claimed_at = now()
  RETURNING t.epoch, t.commit_number, t.clock_ms, t.next_offsets, t.arrived_ms;
END;
REVOKE ALL ON FUNCTION balancin.claim_task FROM PUBLIC;
GRANT EXECUTE ON FUNCTION balancin.claim_task TO balancin_worker;

-- As before, and notes the arrivals.
CREATE OR REPLACE FUNCTION balancin.advance(commits jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  fenced jsonb;
BEGIN
  -- Always in the same order, so that two that advance the same tasks cannot lock each other out.
  PERFORM 1
  FROM balancin.task t
  JOIN jsonb_to_recordset(commits) AS c (topology text, task int4) ON c.topology = t.topology AND c.task = t.task
  ORDER BY t.topology, t.task
  FOR NO KEY UPDATE OF t;

  WITH input AS (
    SELECT *
    FROM jsonb_to_recordset(commits) AS c (
      topology text, task int4, epoch int8, owner text, commit_number int8, clock_ms int8, arrived_ms int8,
      expected jsonb, next jsonb
    )
  ), moved AS (
    UPDATE balancin.task t
    SET commit_number = c.commit_number,
        clock_ms = c.clock_ms,
        arrived_ms = coalesce(c.arrived_ms, 0),
        next_offsets = t.next_offsets || c.next,
        updated_at = clock_timestamp()
    FROM input c
    WHERE t.topology = c.topology AND t.task = c.task
      AND t.epoch = c.epoch AND t.owner = c.owner
      AND t.commit_number = c.commit_number - 1
      AND t.clock_ms <= c.clock_ms
      AND NOT EXISTS (
        SELECT FROM jsonb_object_keys(c.expected || c.next) AS topic
        WHERE t.next_offsets -> topic IS DISTINCT FROM c.expected -> topic
           OR (c.next ->> topic)::int8 < (t.next_offsets ->> topic)::int8
      )
    RETURNING t.topology, t.task
  )
  SELECT jsonb_agg(jsonb_build_object('topology', i.topology, 'task', i.task)) INTO fenced
  FROM input i
  WHERE NOT EXISTS (SELECT FROM moved m WHERE m.topology = i.topology AND m.task = i.task);

  IF fenced IS NOT NULL THEN
    RAISE EXCEPTION 'fenced: another has claimed the task, or it stands at other offsets'
      USING ERRCODE = 'BL001', DETAIL = fenced::text;
  END IF;

  -- A base replaces all that its operator had stored before this commit.
  DELETE FROM balancin.operator_state s
  USING jsonb_to_recordset(commits) AS c (topology text, task int4, epoch int8, commit_number int8, bases jsonb)
  WHERE s.topology = c.topology AND s.task = c.task AND c.bases ? s.operator
    AND (s.claim_epoch, s.commit_number) <> (c.epoch, c.commit_number);

  INSERT INTO balancin.task_tally AS y (topology, task, measure, name, total)
  SELECT c.topology, c.task, counted.measure, counted.name, counted.total
  FROM jsonb_to_recordset(commits) AS c (topology text, task int4, tally jsonb),
       jsonb_to_recordset(c.tally) AS counted (measure text, name text, total int8)
  ORDER BY 1, 2, 3, 4
  ON CONFLICT (topology, task, measure, name) DO UPDATE SET total = y.total + EXCLUDED.total;
END;
$$;
