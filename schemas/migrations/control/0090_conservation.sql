-- What the sum of outcomes is held against: records read and offsets skipped, counted where the offset moves.

ALTER TABLE balancin.task_tally DROP CONSTRAINT task_tally_measure_check;
ALTER TABLE balancin.task_tally ADD CONSTRAINT task_tally_measure_check
  CHECK (measure IN ('frames', 'samples', 'rejected_frames', 'bad_samples', 'records'));
COMMENT ON COLUMN balancin.task_tally.name IS
  'An outcome, or the reason of a rejection; of records: read, skipped (offsets that no record came for), site (accepted, no frames); empty for bad_samples';

-- Tasks from before this was counted: all that is not known to have been a frame counts as skipped.
INSERT INTO balancin.task_tally (topology, task, measure, name, total)
SELECT t.topology, t.task, 'records', made.name, made.total
FROM balancin.task t
CROSS JOIN LATERAL (
  SELECT coalesce((SELECT sum(next.value::int8) FROM jsonb_each_text(t.next_offsets) AS next), 0)::int8 AS offsets,
         coalesce((SELECT sum(y.total) FROM balancin.task_tally y
                   WHERE y.topology = t.topology AND y.task = t.task AND y.measure = 'frames'), 0)::int8 AS frames
) AS stood
CROSS JOIN LATERAL (VALUES ('read', stood.frames), ('skipped', stood.offsets - stood.frames)) AS made (name, total);
