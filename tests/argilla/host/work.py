"""The worker of a test's Argilla server: does the jobs that the server puts into its Redis queues."""

import sql_engine  # noqa: F401  (registers itself)
from argilla_server.jobs.queues import DEFAULT_QUEUE, HIGH_QUEUE, REDIS_CONNECTION
from rq import SimpleWorker

if __name__ == "__main__":
    SimpleWorker([HIGH_QUEUE, DEFAULT_QUEUE], connection=REDIS_CONNECTION).work(logging_level="WARNING")
