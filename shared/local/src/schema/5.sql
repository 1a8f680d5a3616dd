-- Rises with every rollup that is stored, over all days: what has changed since is above it.
ALTER TABLE day ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE INDEX day_revision ON day (revision, repository, workflow, day);
