"""How soon an event of one replica reaches a subscriber of another, and what that costs.

Compares polls of the followed rows with LISTEN/NOTIFY on a real Postgres, without an agent; then
two replicas of the agent. See docs/decisions/0011-remote-events-by-polling.md.
"""

from compare_stores import run

if __name__ == "__main__":
    raise SystemExit(run("event_latency_rounds.py", __doc__))
