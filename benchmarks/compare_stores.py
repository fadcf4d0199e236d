"""Compare the agent's stores with those of the SDK: memory, SQLite and a real Postgres, in one run.

The bound: the agent reaches five times the task flow of the SDK's stores on SQLite and on Postgres.
"""

import argparse
import contextlib
import os
import subprocess
from pathlib import Path

from compare_hello_world import HERE, rendered_agent

# The agent needs neither; this environment is made for the benchmark and thrown away.
SDK_STORES = "a2a-sdk[postgresql,sqlite]"


def run(program: str, description: str) -> int:
    """Run the program with a rendered agent's libraries and the SDK's stores."""
    parser = argparse.ArgumentParser(
        description=description, epilog=f"Other options go to {program}; see its --help."
    )
    parser.add_argument("--agent", type=Path, help="a rendered agent, after `make setup stubs`")
    options, rest = parser.parse_known_args()
    with contextlib.ExitStack() as stack:
        agent = (options.agent or stack.enter_context(rendered_agent())).resolve()
        command = ["uv", "run", "--no-sync", "--project", agent, "--with", SDK_STORES]
        folders = [str(agent / "benchmarks"), str(HERE.parent / "tests")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(folders)}
        words = [*command, "python", HERE / program, *rest]
        return subprocess.run(words, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(run("store_rounds.py", __doc__))
