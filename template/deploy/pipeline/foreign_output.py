"""Lets others print into GitHub's log, which obeys lines like ::add-mask:: wherever they come from."""

import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def foreign_output() -> Iterator[None]:
    """Have everything shown, and nothing obeyed."""
    # One stream: what comes out of another could overtake the line that says so.
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
    word = uuid.uuid4().hex  # nobody who prints can know it
    print(f"::stop-commands::{word}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{word}::", flush=True)  # somebody's last line may have no end


def report(trouble: str) -> None:
    """Have GitHub show it as an error."""
    escaped = trouble.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::error::{escaped}", flush=True)
