-- What is known of remarks on pull requests. spot: `#` and the number of a pull request, or a
-- commit; until: in milliseconds, when it may be dropped.
CREATE TABLE said (
    repository INTEGER NOT NULL,
    spot       TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    value      BLOB    NOT NULL,
    PRIMARY KEY (repository, spot)
) STRICT, WITHOUT ROWID;
CREATE INDEX said_until ON said (until);
