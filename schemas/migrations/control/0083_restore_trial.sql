-- A task whose restore kills its worker is found and stopped alone: ops/decisions/poison.md.

ALTER TABLE balancin.task_trial
  ADD COLUMN restoring_by text,
  ADD COLUMN restore_deaths int4 NOT NULL DEFAULT 0,
  ADD COLUMN restore_counted_epoch int8;
COMMENT ON COLUMN balancin.task_trial.restoring_by IS 'The owner that restores the task by its last claim: found so by another one, it died of it';
COMMENT ON COLUMN balancin.task_trial.restore_deaths IS 'Deaths while this state was restored, in a row: the third quarantines the task';
COMMENT ON COLUMN balancin.task_trial.restore_counted_epoch IS 'The claim counted last: taken back when its owner turns out to live';

DROP FUNCTION balancin.judge_task;
-- Called by the owner right after its claim, which then restores: at once, or, where one died of it (`restores_alone`), after
-- `begin_restore`, so that no other task restored at the same time is blamed twice. The answer 'wait': what would follow is grave and the last owner may live and be
-- about to leave; nothing is changed, and the caller asks again after a while with `has_waited`.
CREATE FUNCTION balancin.judge_task(
  judge_topology text, judge_task int4, judge_epoch int8, judge_owner text, has_waited boolean
) RETURNS TABLE (verdict text, suspect_topic text, suspect_offset int8, reason text, restores_alone boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  held jsonb;
  trial balancin.task_trial;
  died boolean;
  advanced boolean;
  suspected boolean;
  died_restoring boolean;
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

  -- The same owner that claims anew has failed at it and lives.
  died_restoring := trial.restoring_by <> judge_owner AND trial.claim_epoch < judge_epoch;
  IF advanced THEN trial.restore_deaths := 0; END IF;
  IF trial.state <> 'quarantined' AND died_restoring THEN
    trial.restore_deaths := trial.restore_deaths + 1;
    IF trial.restore_deaths >= 3 THEN
      IF NOT has_waited THEN
        RETURN QUERY SELECT 'wait', NULL::text, NULL::int8, NULL::text, false;
        RETURN;
      END IF;
      trial.state := 'quarantined';
      trial.reason := format(
        'workers died %s times while they restored its state at offsets %s: mend what kills them, then resume it',
        trial.restore_deaths, held);
    END IF;
    trial.restore_counted_epoch := trial.claim_epoch;
  END IF;

  IF trial.state <> 'quarantined' AND (died OR advanced) THEN
    IF NOT died THEN
      trial.deaths := 0;
    ELSE
      trial.deaths := CASE WHEN advanced THEN 1 ELSE trial.deaths + 1 END;
      IF (suspected OR trial.deaths >= 2) AND NOT has_waited THEN
        RETURN QUERY SELECT 'wait', NULL::text, NULL::int8, NULL::text, false;
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
      condemned = trial.condemned, reason = trial.reason, restore_deaths = trial.restore_deaths,
      restore_counted_epoch = trial.restore_counted_epoch,
      restoring_by = CASE WHEN trial.state <> 'quarantined' AND trial.restore_deaths = 0 THEN judge_owner END,
      changed_at = clock_timestamp()
  WHERE t.topology = judge_topology AND t.task = judge_task;
  RETURN QUERY SELECT
    trial.state,
    CASE WHEN trial.condemned THEN trial.suspect_topic END,
    CASE WHEN trial.condemned THEN trial.suspect_offset END,
    trial.reason,
    trial.restore_deaths > 0;
END;
$$;

-- The claim begins to restore, and no other doubted task of its thread does.
CREATE FUNCTION balancin.begin_restore(restore_topology text, restore_task int4, restore_epoch int8, restore_owner text)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  UPDATE balancin.task_trial t
  SET restoring_by = restore_owner, changed_at = clock_timestamp()
  WHERE t.topology = restore_topology AND t.task = restore_task AND t.claim_epoch = restore_epoch;
END;

-- Its owner lives: restored, or failed in a way that kills nobody. Also where the next one has counted it already.
CREATE FUNCTION balancin.end_restore(restore_topology text, restore_task int4, restore_epoch int8, is_restored boolean)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  UPDATE balancin.task_trial t
  SET restoring_by = NULL, restore_deaths = CASE WHEN is_restored THEN 0 ELSE t.restore_deaths END,
      changed_at = clock_timestamp()
  WHERE t.topology = restore_topology AND t.task = restore_task AND t.claim_epoch = restore_epoch;
  UPDATE balancin.task_trial t
  SET restore_deaths = greatest(0, t.restore_deaths - 1), restore_counted_epoch = NULL, changed_at = clock_timestamp()
  WHERE t.topology = restore_topology AND t.task = restore_task AND t.restore_counted_epoch = restore_epoch
    AND t.claim_epoch > restore_epoch AND t.state <> 'quarantined';
END;

-- An operator's word: the task is claimed and read again as if nothing had died. False: it was neither quarantined nor stopped.
CREATE OR REPLACE FUNCTION balancin.resume_task(resume_topology text, resume_task int4) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  UPDATE balancin.task_trial t
  SET state = 'free', reason = NULL, deaths = 0, restore_deaths = 0, restoring_by = NULL, restore_counted_epoch = NULL,
      reading = false, counted_epoch = NULL,
      suspect_topic = NULL, suspect_offset = NULL, condemned = false, changed_at = clock_timestamp()
  WHERE t.topology = resume_topology AND t.task = resume_task AND (t.state = 'quarantined' OR t.reason IS NOT NULL)
  RETURNING true;
END;

REVOKE ALL ON FUNCTION balancin.judge_task, balancin.begin_restore, balancin.end_restore FROM PUBLIC;
GRANT EXECUTE ON FUNCTION balancin.judge_task, balancin.begin_restore, balancin.end_restore TO balancin_worker;
