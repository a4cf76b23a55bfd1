-- Versions of a model that are watched beside the active one score too; what they say is told apart.

ALTER TABLE score ADD COLUMN shadow boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN score.shadow IS 'By a version that is watched beside the active one: nothing follows from it';
