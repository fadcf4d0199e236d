"""proto/a2a.proto beside what the installed SDK speaks, and the stubs that were built from it."""

from collections.abc import Iterator
from pathlib import Path

from environment import python, run
from finding import Finding

PROTO, STUBS = "proto/a2a.proto", "build/stubs"
PROGRAM = Path(__file__).parents[1] / "compile_proto.py"
TODO = {
    PROTO: "Take the template's newest one (docs/update.md), or the SDK that this one is of.",
    STUBS: "Run `make stubs`.",
}


def findings(agent: Path) -> Iterator[Finding]:
    """Only in an environment, which has the SDK and the compiler."""
    program = python(agent)
    if program and (agent / PROTO).is_file():
        done = run(agent, program, PROGRAM, PROTO, STUBS)
        for name in done.stdout.splitlines():
            other = {PROTO: "the installed SDK serves", STUBS: f"{PROTO} says"}[name]
            yield Finding(path=name, what=f"this is not what {other}.", todo=TODO[name])
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["nothing"])[-1].strip(".")
            what = f"it does not compile: {said}."
            yield Finding(path=PROTO, what=what, todo="Mend what it says, and run `make stubs`.")
