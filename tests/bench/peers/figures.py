"""DuckDB's side: figures per workflow and day of the end, and what they took."""

import resource
import sys
import time

import duckdb

runs, out = sys.argv[1:]
before = time.process_time()
database = duckdb.connect()
database.execute("SET TimeZone = 'UTC'")
database.execute(
    """
    COPY (
        SELECT workflow, CAST(ended_at AS DATE) AS day, count(*), avg(seconds),
            quantile_cont(seconds, [0.5, 0.95, 0.99])[1],
            quantile_cont(seconds, [0.5, 0.95, 0.99])[2],
            quantile_cont(seconds, [0.5, 0.95, 0.99])[3],
            coalesce(round(
                count(*) FILTER (conclusion = 'success') / nullif(count(*) FILTER (
                    conclusion IN ('success', 'failure', 'timed_out', 'startup_failure')), 0),
                6), -1)
        FROM (
            SELECT *, CAST(epoch_ms(ended_at) - epoch_ms(started_at) AS DOUBLE) / 1000 AS seconds
            FROM read_ndjson($runs, columns = {
                workflow: 'VARCHAR', started_at: 'TIMESTAMP', ended_at: 'TIMESTAMP',
                conclusion: 'VARCHAR'})
        )
        GROUP BY workflow, day
    ) TO '"""
    + out
    + "' (HEADER false, QUOTE '')",
    {"runs": runs},
)
cpu = time.process_time() - before
print(cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
