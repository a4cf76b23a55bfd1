-- What became of dead letters: what an operator decided, and what the workers made of a replay.

-- Kept by a record's place and arrival, not by the letter's id: a rewind writes letters anew, decisions on them stay.
CREATE TABLE balancin.dead_letter_decision (
  topic text NOT NULL,
  partition int NOT NULL,
  record_offset bigint NOT NULL,
  arrived_at timestamptz NOT NULL,
  decision text NOT NULL CHECK (decision IN ('replayed', 'skipped')),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL,
  why text,
  replays int NOT NULL DEFAULT 0,
  PRIMARY KEY (topic, partition, record_offset, arrived_at)
);
COMMENT ON TABLE balancin.dead_letter_decision IS 'What an operator did with a dead letter, the last decision';
COMMENT ON COLUMN balancin.dead_letter_decision.replays IS 'How often its bytes were put back on the topic';

-- Written by the workers in the transaction that passes the replayed record.
CREATE TABLE balancin.dead_letter_outcome (
  topic text NOT NULL,
  partition int NOT NULL,
  record_offset bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'rejected')),
  cycle bigint NOT NULL
);
CREATE INDEX ON balancin.dead_letter_outcome (topic, partition, record_offset);
COMMENT ON TABLE balancin.dead_letter_outcome IS 'What became of replays: a row each; topic, partition and offset are those of the dead letter';
COMMENT ON COLUMN balancin.dead_letter_outcome.cycle IS 'Number of the commit that wrote the row';

GRANT INSERT ON balancin.dead_letter_outcome TO balancin_worker;

CREATE VIEW balancin.dead_letter_state AS
  SELECT d.*,
         CASE WHEN o.accepted THEN 'replayed' ELSE coalesce(s.decision, 'open') END AS state,
         CASE WHEN o.accepted THEN 'accepted' WHEN o.duplicate THEN 'duplicate' WHEN o.rejected THEN 'rejected' END AS outcome,
         s.at AS decided_at, s.actor, s.why, coalesce(s.replays, 0) AS replays
  FROM balancin.dead_letter d
  LEFT JOIN balancin.dead_letter_decision s USING (topic, partition, record_offset, arrived_at)
  LEFT JOIN LATERAL (
    SELECT bool_or(outcome = 'accepted') AS accepted, bool_or(outcome = 'duplicate') AS duplicate,
           bool_or(outcome = 'rejected') AS rejected
    FROM balancin.dead_letter_outcome o
    WHERE o.topic = d.topic AND o.partition = d.partition AND o.record_offset = d.record_offset
      -- A replay comes after what it replays.
      AND s.replays > 0
  ) o ON true;
COMMENT ON VIEW balancin.dead_letter_state IS 'Dead letters with what became of them: open, replayed (and with which outcome) or skipped';
