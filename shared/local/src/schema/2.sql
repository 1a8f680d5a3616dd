-- What judging reads of a day. Days that still have rows get theirs from the next pass.
ALTER TABLE day ADD COLUMN track BLOB;
UPDATE day SET touched = 1 WHERE sealed = 0;

-- Small values that a pass keeps for the next one. kind: 0 sent, 1 flight, 2 fleet, 3 unjudged,
-- 4 active; the other parts of the key are 0 where a kind has none.
CREATE TABLE note (
    kind       INTEGER NOT NULL,
    repository INTEGER NOT NULL,
    workflow   INTEGER NOT NULL,
    day        INTEGER NOT NULL,
    value      BLOB    NOT NULL,
    PRIMARY KEY (kind, repository, workflow, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE judgement (
    repository INTEGER NOT NULL,
    workflow   INTEGER NOT NULL,
    value      BLOB    NOT NULL,
    PRIMARY KEY (repository, workflow)
) STRICT;

-- What was done about the findings of a workflow.
CREATE TABLE deed (
    repository INTEGER NOT NULL,
    workflow   INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    value      BLOB    NOT NULL,
    PRIMARY KEY (repository, workflow)
) STRICT;
