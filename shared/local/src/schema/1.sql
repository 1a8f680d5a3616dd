-- Events are only added. `seq` is the order of storing and never used again after a delete.
CREATE TABLE event (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL,
    run        INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    digest     BLOB    NOT NULL,
    received   INTEGER NOT NULL,
    facts      BLOB    NOT NULL,
    UNIQUE (repository, run, attempt, digest)
) STRICT;

-- place: 0 open, 1 filed under a day, 2 in a sealed day (row and events are gone).
-- refused: 1 facts came after the day was sealed, 2 the same with those facts dropped again.
CREATE TABLE attempt (
    repository    INTEGER NOT NULL,
    run           INTEGER NOT NULL,
    attempt       INTEGER NOT NULL,
    last_received INTEGER NOT NULL,
    place         INTEGER NOT NULL DEFAULT 0,
    refused       INTEGER NOT NULL DEFAULT 0,
    workflow      INTEGER,
    day           INTEGER,
    branch        INTEGER,
    number        INTEGER,
    started       INTEGER,
    ended         INTEGER,
    cancelled     INTEGER NOT NULL DEFAULT 0,
    facts         BLOB,
    PRIMARY KEY (repository, run, attempt)
) STRICT;

CREATE INDEX attempt_by_day ON attempt (repository, workflow, day) WHERE place = 1;
CREATE INDEX attempt_by_branch
    ON attempt (repository, workflow, branch, number, run, started) WHERE place > 0;
CREATE INDEX attempt_cancelled
    ON attempt (repository, workflow, branch, ended) WHERE place = 1 AND cancelled = 1;
CREATE INDEX attempt_loose ON attempt (last_received)
    WHERE place = 0 AND refused < 2 OR place = 2 AND refused = 1;

CREATE TABLE day (
    repository    INTEGER NOT NULL,
    workflow      INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    touched       INTEGER NOT NULL DEFAULT 0,
    sealed        INTEGER NOT NULL DEFAULT 0,
    last_received INTEGER NOT NULL,
    rollup        BLOB,
    PRIMARY KEY (repository, workflow, day)
) STRICT;

CREATE INDEX day_touched ON day (day) WHERE touched = 1;
CREATE INDEX day_open ON day (last_received) WHERE sealed = 0 AND touched = 0;

-- One row: the lease on passes, and up to which event they have come.
CREATE TABLE pass (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    fence     INTEGER NOT NULL,
    holder    TEXT,
    until     INTEGER NOT NULL,
    cursor    INTEGER NOT NULL,
    last_pass INTEGER
) STRICT;

INSERT INTO pass VALUES (1, 0, NULL, 0, 0, NULL);
