"""Calls the agent at ENDPOINT=HOST:PORT, over everything that each endpoint speaks.

SMOKE_HEADER, like "x-api-key: ...", says who calls. Without it, to be asked for credentials is good.
"""

import importlib
import os
import sys
import uuid

TEXT = "hello"
SHOWN_CHARACTERS = 500  # of an answer that is not a good one
# A rejected task is an answer as well: the agent has read the message, and says that it is no use.
GOOD = {
    "MESSAGE",  # a reply without a task
    "TASK_STATE_AUTH_REQUIRED",
    "TASK_STATE_COMPLETED",
    "TASK_STATE_INPUT_REQUIRED",
    "TASK_STATE_REJECTED",
}


def main() -> int:
    """1 when one of the answers is not a good one."""
    name, _, value = os.environ.get("SMOKE_HEADER", "").partition(":")
    headers = {name.strip().lower(): value.strip()} if value else {}
    good = GOOD if headers else GOOD | {"UNAUTHENTICATED"}
    failed = False
    for argument in sys.argv[1:]:
        endpoint, _, address = argument.partition("=")
        for transport, call in importlib.import_module(f"over_{endpoint}").CALLS.items():
            answer = call(address, {"a2a-version": "1.0"} | headers, uuid.uuid4().hex, TEXT)
            failed |= answer not in good
            print(f"{transport}: {in_one_line(answer)}")
    return int(failed)


def in_one_line(answer: str) -> str:
    """Its beginning, without anything that a log could take for more than letters."""
    return answer[:SHOWN_CHARACTERS].encode("unicode_escape").decode()


if __name__ == "__main__":
    sys.exit(main())
