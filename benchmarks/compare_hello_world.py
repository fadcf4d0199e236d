"""Compare the rendered agent with a bare SDK hello-world, in one run and one environment."""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent


@contextlib.contextmanager
def rendered_agent() -> Iterator[Path]:
    """Render the default answers and install what they need."""
    os.environ.pop("VIRTUAL_ENV", None)  # the agent has an environment of its own
    with tempfile.TemporaryDirectory() as folder:
        copy = ["copier", "copy", "--quiet", "--defaults", "--vcs-ref=HEAD"]
        subprocess.run([sys.executable, "-m", *copy, HERE.parent, folder], check=True)
        subprocess.run(["make", "-C", folder, "setup", "stubs"], check=True)
        yield Path(folder)


def main() -> int:
    """Run rounds.py with the agent's own interpreter, libraries and benchmark modules."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Other options go to rounds.py; see its --help."
    )
    parser.add_argument("--agent", type=Path, help="a rendered agent, after `make setup stubs`")
    options, rest = parser.parse_known_args()
    with contextlib.ExitStack() as stack:
        agent = (options.agent or stack.enter_context(rendered_agent())).resolve()
        command = [agent / ".venv" / "bin" / "python", HERE / "rounds.py", *rest]
        environment = os.environ | {"PYTHONPATH": str(agent / "benchmarks")}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
