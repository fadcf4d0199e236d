"""Measure what a turn and an event cost: memory, SQLite, Postgres, and 1, 2 and 4 replicas.

All of them share one machine, so CPU time says more than calls per second.
"""

from compare_stores import run

if __name__ == "__main__":
    raise SystemExit(run("replica_rounds.py", __doc__))
