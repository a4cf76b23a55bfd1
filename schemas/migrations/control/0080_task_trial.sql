-- What is known of a task's deaths, so that a record that kills its worker is found and passed: ops/decisions/poison.md.

CREATE TABLE balancin.task_trial (
  topology text NOT NULL,
  task int4 NOT NULL,
  state text NOT NULL DEFAULT 'free' CHECK (state IN ('free', 'alone', 'quarantined')),
  claim_epoch int8 NOT NULL DEFAULT 0,
  reading boolean NOT NULL DEFAULT false,
  next_offsets jsonb NOT NULL DEFAULT '{}',
  deaths int4 NOT NULL DEFAULT 0,
  counted_epoch int8,
  suspect_topic text,
  suspect_offset int8,
  condemned boolean NOT NULL DEFAULT false,
  reason text,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (topology, task),
  CHECK (state <> 'quarantined' OR reason IS NOT NULL),
  CHECK ((suspect_topic IS NULL) = (suspect_offset IS NULL)),
  CHECK (NOT condemned OR suspect_topic IS NOT NULL)
) WITH (fillfactor = 50);
COMMENT ON TABLE balancin.task_trial IS 'Deaths of a task''s owners at one place of the log, and what is done about them';
COMMENT ON COLUMN balancin.task_trial.state IS 'alone: one record a cycle, written down first; quarantined: not claimed until an operator says so';
COMMENT ON COLUMN balancin.task_trial.claim_epoch IS 'The claim that began to read last';
COMMENT ON COLUMN balancin.task_trial.reading IS 'That claim has begun to read and has not been given up cleanly: found so by the next one, it died';
COMMENT ON COLUMN balancin.task_trial.next_offsets IS 'Where the deaths were counted: an advance beyond makes the next death the first';
COMMENT ON COLUMN balancin.task_trial.counted_epoch IS 'The claim whose death was counted last: taken back when its owner turns out to live';
COMMENT ON COLUMN balancin.task_trial.suspect_offset IS 'The one record that is read alone, written down before it is';
COMMENT ON COLUMN balancin.task_trial.condemned IS 'A worker died on the suspect: it is dead-lettered unread';
COMMENT ON COLUMN balancin.task_trial.reason IS 'Why the task is quarantined, or was stopped by its last owner, with what to do; null while it runs';

-- Called by the owner right after its claim. The answer 'wait': what would follow is grave and the last owner may live and be
-- about to leave; nothing is changed, and the caller asks again after a while with `has_waited`.
CREATE FUNCTION balancin.judge_task(
  judge_topology text, judge_task int4, judge_epoch int8, judge_owner text, has_waited boolean
) RETURNS TABLE (verdict text, suspect_topic text, suspect_offset int8, reason text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  held jsonb;
  trial balancin.task_trial;
  died boolean;
  advanced boolean;
  suspected boolean;
BEGIN
  SELECT t.next_offsets INTO held FROM balancin.task t
  WHERE t.topology = judge_topology AND t.task = judge_task AND t.epoch = judge_epoch AND t.owner = judge_owner;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'fenced: another has claimed the task'
      USING ERRCODE = 'BL001',
            DETAIL = jsonb_build_array(jsonb_build_object('topology', judge_topology, 'task', judge_task))::text;
  END IF;
  INSERT INTO balancin.task_trial (topology, task) VALUES (judge_topology, judge_task) ON CONFLICT DO NOTHING;
  SELECT * INTO trial FROM balancin.task_trial t
  WHERE t.topology = judge_topology AND t.task = judge_task FOR UPDATE;

  died := trial.reading AND trial.claim_epoch < judge_epoch;
  advanced := trial.next_offsets IS DISTINCT FROM held;
  -- Passed once the offsets are beyond it.
  suspected := trial.suspect_topic IS NOT NULL
    AND coalesce((held ->> trial.suspect_topic)::int8, 0) <= trial.suspect_offset;

  IF trial.state <> 'quarantined' AND (died OR advanced) THEN
    IF NOT died THEN
      trial.deaths := 0;
    ELSE
      trial.deaths := CASE WHEN advanced THEN 1 ELSE trial.deaths + 1 END;
      IF (suspected OR trial.deaths >= 2) AND NOT has_waited THEN
        RETURN QUERY SELECT 'wait', NULL::text, NULL::int8, NULL::text;
        RETURN;
      END IF;
      trial.counted_epoch := trial.claim_epoch;
      IF suspected AND trial.condemned THEN
        trial.state := 'quarantined';
        trial.reason := format(
          'workers died on %s/%s/%s, and died again while it was dead-lettered unread',
          trial.suspect_topic, judge_task, trial.suspect_offset);
      ELSIF suspected THEN
        trial.condemned := true;
      ELSIF trial.state = 'alone' AND trial.deaths >= 5 THEN
        trial.state := 'quarantined';
        trial.reason := format('workers died %s times at offsets %s while no record was read', trial.deaths, held);
      ELSIF trial.deaths >= 2 THEN
        trial.state := 'alone';
      END IF;
    END IF;
  END IF;
  IF NOT suspected THEN
    trial.suspect_topic := NULL;
    trial.suspect_offset := NULL;
    trial.condemned := false;
  END IF;
  IF trial.state <> 'quarantined' THEN trial.reason := NULL; END IF;

  UPDATE balancin.task_trial t
  SET state = trial.state, claim_epoch = judge_epoch, reading = false, next_offsets = held, deaths = trial.deaths,
      counted_epoch = trial.counted_epoch, suspect_topic = trial.suspect_topic, suspect_offset = trial.suspect_offset,
      condemned = trial.condemned, reason = trial.reason, changed_at = clock_timestamp()
  WHERE t.topology = judge_topology AND t.task = judge_task;
  RETURN QUERY SELECT
    trial.state,
    CASE WHEN trial.condemned THEN trial.suspect_topic END,
    CASE WHEN trial.condemned THEN trial.suspect_offset END,
    trial.reason;
END;
$$;

-- The claims begin to read: from here on an owner that is not heard of again has died.
CREATE FUNCTION balancin.begin_reading(begin_topology text, begin_tasks int4[], begin_epochs int8[])
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  UPDATE balancin.task_trial t
  SET reading = true, changed_at = clock_timestamp()
  FROM unnest(begin_tasks, begin_epochs) AS b (task, epoch)
  WHERE t.topology = begin_topology AND t.task = b.task AND t.claim_epoch = b.epoch;
END;

-- The record that is read alone next. Not there: another has claimed the task, and the caller must not read on.
CREATE FUNCTION balancin.suspect_record(
  suspect_of text, suspect_task int4, suspect_epoch int8, record_topic text, record_offset int8
) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  UPDATE balancin.task_trial t
  SET reading = true,
      condemned = t.condemned AND t.suspect_topic = record_topic AND t.suspect_offset = record_offset,
      suspect_topic = record_topic, suspect_offset = record_offset, changed_at = clock_timestamp()
  WHERE t.topology = suspect_of AND t.task = suspect_task AND t.claim_epoch = suspect_epoch
  RETURNING true;
END;

-- Given up by an owner that lives: nothing died. Also where the next one has counted it already. `new_state`: 'free' ends
-- running alone, 'alone' begins it, 'quarantined' ends all, null leaves it.
CREATE FUNCTION balancin.leave_task(
  leave_topology text, leave_task int4, leave_epoch int8, new_state text, new_reason text
) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  UPDATE balancin.task_trial t
  SET reading = false,
      deaths = CASE WHEN new_state = 'free' THEN 0 ELSE t.deaths END,
      suspect_topic = NULL, suspect_offset = NULL, condemned = false,
      state = CASE WHEN t.state = 'quarantined' THEN t.state ELSE coalesce(new_state, t.state) END,
      reason = CASE WHEN t.state = 'quarantined' THEN t.reason ELSE new_reason END,
      changed_at = clock_timestamp()
  WHERE t.topology = leave_topology AND t.task = leave_task AND t.claim_epoch = leave_epoch;
  UPDATE balancin.task_trial t
  SET deaths = greatest(0, t.deaths - 1),
      condemned = false,
      state = CASE WHEN t.state = 'alone' AND t.deaths <= 2 THEN 'free' ELSE t.state END,
      counted_epoch = NULL, changed_at = clock_timestamp()
  WHERE t.topology = leave_topology AND t.task = leave_task AND t.counted_epoch = leave_epoch
    AND t.claim_epoch > leave_epoch AND t.state <> 'quarantined';
END;

-- An operator's word: the task is claimed and read again as if nothing had died. False: it was neither quarantined nor stopped.
CREATE FUNCTION balancin.resume_task(resume_topology text, resume_task int4) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  UPDATE balancin.task_trial t
  SET state = 'free', reason = NULL, deaths = 0, reading = false, counted_epoch = NULL,
      suspect_topic = NULL, suspect_offset = NULL, condemned = false, changed_at = clock_timestamp()
  WHERE t.topology = resume_topology AND t.task = resume_task AND (t.state = 'quarantined' OR t.reason IS NOT NULL)
  RETURNING true;
END;

-- A task that cannot be claimed (its state is of another version, say) has no claim to speak by.
CREATE FUNCTION balancin.note_stopped(stopped_topology text, stopped_task int4, stopped_reason text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  INSERT INTO balancin.task_trial AS t (topology, task, reason) VALUES (stopped_topology, stopped_task, stopped_reason)
  ON CONFLICT (topology, task) DO UPDATE SET reason = EXCLUDED.reason, reading = false, changed_at = clock_timestamp()
  WHERE t.state <> 'quarantined';
END;

REVOKE ALL ON FUNCTION balancin.judge_task, balancin.begin_reading, balancin.suspect_record, balancin.leave_task,
  balancin.resume_task, balancin.note_stopped FROM PUBLIC;
GRANT SELECT ON balancin.task_trial TO balancin_worker;
GRANT EXECUTE ON FUNCTION balancin.judge_task, balancin.begin_reading, balancin.suspect_record, balancin.leave_task,
  balancin.note_stopped TO balancin_worker;
