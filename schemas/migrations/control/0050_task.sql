-- Tasks, their state and outbox, and the functions that claim a task and move it on: the exactly-once core.

CREATE TABLE balancin.task (
  topology text NOT NULL,
  task int4 NOT NULL CHECK (task >= 0),
  epoch int8 NOT NULL,
  owner text NOT NULL,
  commit_number int8 NOT NULL DEFAULT 0,
  clock_ms int8 NOT NULL DEFAULT 0,
  next_offsets jsonb NOT NULL DEFAULT '{}',
  claimed_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (topology, task)
) WITH (fillfactor = 50);
COMMENT ON TABLE balancin.task IS 'A partition number of a topology: who works on it, and how far it has come';
COMMENT ON COLUMN balancin.task.epoch IS 'Raised by every claim: a commit that carries an older one is fenced off';
COMMENT ON COLUMN balancin.task.owner IS 'Who claimed it last';
COMMENT ON COLUMN balancin.task.commit_number IS 'Of the last commit; rows carry task × 2^40 + this as their cycle';
COMMENT ON COLUMN balancin.task.clock_ms IS 'Clock of the last cycle, Unix ms: what the wall clock decided replays as it was';
COMMENT ON COLUMN balancin.task.next_offsets IS 'Topic to next offset; the log''s own committed offsets are only a hint';

CREATE TABLE balancin.operator_state (
  topology text NOT NULL,
  task int4 NOT NULL,
  operator text NOT NULL,
  claim_epoch int8 NOT NULL,
  commit_number int8 NOT NULL,
  kind text NOT NULL CHECK (kind IN ('base', 'segment')),
  version int4 NOT NULL,
  keys int4 NOT NULL,
  bytes bytea NOT NULL
);
-- Not unique: an owner that hangs in mid-commit would make the next one wait for what becomes of its key.
CREATE INDEX operator_state_task ON balancin.operator_state (topology, task, operator, claim_epoch, commit_number);
COMMENT ON TABLE balancin.operator_state IS 'Changed keys of one operator and commit (a segment), or all its keys (a base), packed';
COMMENT ON COLUMN balancin.operator_state.commit_number IS 'A base made by folding stands where the last segment stood that it folded';
COMMENT ON COLUMN balancin.operator_state.version IS 'Of the operator''s state: another one is refused at restore, never guessed';
COMMENT ON COLUMN balancin.operator_state.bytes IS 'As pipelines/commit/statePack.ts lays them out';
-- Compressed already: no second attempt by the server.
ALTER TABLE balancin.operator_state ALTER COLUMN bytes SET STORAGE EXTERNAL;
-- Rows live for a minute: left to the defaults the table would be mostly dead ones.
ALTER TABLE balancin.operator_state SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

CREATE TABLE balancin.outbox (
  topology text NOT NULL,
  task int4 NOT NULL,
  cycle int8 NOT NULL,
  n int4 NOT NULL,
  message_id text NOT NULL,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea
);
-- Not unique, for the same reason: whoever claims the task writes the same cycle again.
CREATE INDEX outbox_task ON balancin.outbox (topology, task, cycle, n);
COMMENT ON TABLE balancin.outbox IS 'What commits have to say to the outside: the relay deletes what the log has acknowledged';
COMMENT ON COLUMN balancin.outbox.n IS 'Place in its commit: messages are sent in order of (cycle, n)';
COMMENT ON COLUMN balancin.outbox.message_id IS 'Deterministic, so that sending twice is harmless';
ALTER TABLE balancin.outbox SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

CREATE TABLE balancin.task_tally (
  topology text NOT NULL,
  task int4 NOT NULL,
  measure text NOT NULL CHECK (measure IN ('frames', 'samples', 'rejected_frames', 'bad_samples')),
  name text NOT NULL,
  total int8 NOT NULL,
  PRIMARY KEY (topology, task, measure, name)
) WITH (fillfactor = 50);
COMMENT ON TABLE balancin.task_tally IS 'What became of every frame and sample below the next offsets, counted in the same transaction';
COMMENT ON COLUMN balancin.task_tally.name IS 'An outcome, or the reason of a rejection; empty for bad_samples';

-- Whoever claims last owns the task: everything an earlier owner still sends is refused by advance().
CREATE FUNCTION balancin.claim_task(claim_topology text, claim_task int4, claim_owner text)
RETURNS TABLE (epoch int8, commit_number int8, clock_ms int8, next_offsets jsonb)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  INSERT INTO balancin.task AS t (topology, task, epoch, owner)
  VALUES (claim_topology, claim_task, 1, claim_owner)
  ON CONFLICT (topology, task) DO UPDATE
    SET epoch = t.epoch + 1, owner = EXCLUDED.owner, claimed_at = now()
  RETURNING t.epoch, t.commit_number, t.clock_ms, t.next_offsets;
END;

-- The fence. Moves every task on, or raises BL001 and names those that are no longer the caller's: sent in one message with
-- COMMIT, so that a caller that hangs never holds a task's row.
CREATE FUNCTION balancin.advance(commits jsonb)
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
      topology text, task int4, epoch int8, owner text, commit_number int8, clock_ms int8, expected jsonb, next jsonb
    )
  ), moved AS (
    UPDATE balancin.task t
    SET commit_number = c.commit_number,
        clock_ms = c.clock_ms,
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

-- Puts a new base in the place of exactly the segments it was folded from. One statement: a caller that hangs holds nothing.
-- Raises BL001 where the task has another owner, BL002 where one of those segments is gone.
CREATE FUNCTION balancin.fold_state(
  fold_topology text, fold_task int4, fold_epoch int8, fold_owner text, fold_operator text,
  read_epochs int8[], read_commits int8[], base_version int4, base_keys int4, base_bytes bytea
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  removed int8;
  last int4 := cardinality(read_epochs);
BEGIN
  PERFORM 1 FROM balancin.task t
  WHERE t.topology = fold_topology AND t.task = fold_task AND t.epoch = fold_epoch AND t.owner = fold_owner
  FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'fenced: another has claimed the task'
      USING ERRCODE = 'BL001',
            DETAIL = jsonb_build_array(jsonb_build_object('topology', fold_topology, 'task', fold_task))::text;
  END IF;

  DELETE FROM balancin.operator_state s
  USING unnest(read_epochs, read_commits) AS r (claim_epoch, commit_number)
  WHERE s.topology = fold_topology AND s.task = fold_task AND s.operator = fold_operator
    AND s.claim_epoch = r.claim_epoch AND s.commit_number = r.commit_number;
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF removed <> last THEN
    RAISE EXCEPTION 'a segment that was folded is no longer there' USING ERRCODE = 'BL002';
  END IF;

  INSERT INTO balancin.operator_state
    (topology, task, operator, claim_epoch, commit_number, kind, version, keys, bytes)
  VALUES (fold_topology, fold_task, fold_operator, read_epochs[last], read_commits[last], 'base',
          base_version, base_keys, base_bytes);
END;
$$;

GRANT EXECUTE ON FUNCTION balancin.claim_task, balancin.advance, balancin.fold_state TO balancin_worker;

-- The workers read tasks and tallies, and change them only through the functions above.
GRANT SELECT ON balancin.task, balancin.task_tally TO balancin_worker;
GRANT SELECT, INSERT ON balancin.operator_state TO balancin_worker;
GRANT SELECT, INSERT, DELETE ON balancin.outbox TO balancin_worker;
