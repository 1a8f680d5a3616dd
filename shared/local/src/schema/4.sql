-- What chats and lists of addresses were told. channel: as `slack` or `sns`.
CREATE TABLE announced (
    channel  TEXT    NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    value    BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
