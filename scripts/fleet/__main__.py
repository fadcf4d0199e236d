"""Say which agents of a list are behind the template, and propose updates to them.

`status` exits 0 when every agent is current, and 1 when one is not, or cannot be asked.
`update` exits 0 unless an agent failed, or cannot be asked; without --push, nothing leaves this machine.
Both exit 2 when they cannot begin.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from .agents import Agent, read_fleet
from .programs import FleetError, clean, run
from .proposal import follow
from .release import Release
from .states import State, compare, known_questions, look
from .table import FORMATS, show
from .update import working_folder
from .versions import releases, up_to

FOLDER = Path("build/fleet")


def status(options: argparse.Namespace) -> int:
    """Print what there is to say of each agent."""
    _, _, states = survey(options)
    show(compare(states), options.format)
    return 0 if all(state.state == "current" for state in states) else 1


def update(options: argparse.Namespace) -> int:
    """Propose the update to each agent that is behind; one that fails is one line."""
    if unknown := {pair.partition("=")[0] for pair in options.data}.difference(known_questions()):
        raise FleetError(f"The template does not ask for {', '.join(sorted(unknown))}.")
    template, agents, states = survey(options)
    folder = working_folder(options.folder)
    copy = folder / "template.git"
    run("git", "clone", "--quiet", "--bare", "--", template, str(copy), seconds=600)
    release = Release(
        template=template, copy=copy, version=states[0].newest, data=tuple(options.data)
    )
    bring = partial(follow, release=release, folder=folder, push=options.push)
    states = each(options.jobs, bring, agents, states)
    show(states, options.format)
    if not options.push:
        print(f"Nothing has left this machine; the commits are in {folder}.", file=sys.stderr)
    return 1 if any(state.state in {"failed", "unreachable"} for state in states) else 0


def survey(options: argparse.Namespace) -> tuple[str, list[Agent], list[State]]:
    """Return the template, and the chosen agents with what there is to say of each."""
    fleet = read_fleet(options.list)
    agents = fleet.chosen(options.group, options.only)
    released = releases(fleet.template)
    if options.to:
        released = up_to(released, options.to)
    ask = partial(look, template=fleet.template, released=released)
    return fleet.template, agents, each(options.jobs, ask, agents)


def each(jobs: int, work: Callable[..., State], *things: Iterable[object]) -> list[State]:
    """Do the same for each agent, several at a time, and keep their order."""
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(work, *things))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.fleet",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="status|update")
    for work, summary in (
        (status, "say which agents are behind"),
        (update, "bring those that are behind to the newest release"),
    ):
        command = commands.add_parser(work.__name__, help=summary, description=summary)
        command.set_defaults(work=work)
        command.add_argument("list", type=Path, help="the agents: docs/fleet.md")
        command.add_argument("--group", action="append", default=[], help="only this group")
        command.add_argument("--only", action="append", default=[], help="only this agent")
        command.add_argument("--to", metavar="vX.Y.Z", help="a release instead of the newest")
        command.add_argument("--jobs", type=int, default=4, help="how many agents at a time")
        command.add_argument("--format", choices=FORMATS, default="text")
    command.add_argument("--push", action="store_true", help="push, and open pull requests")
    command.add_argument(
        "--data", action="append", default=[], metavar="QUESTION=ANSWER", help="a new answer"
    )
    command.add_argument("--folder", type=Path, default=FOLDER, help="where the clones are")
    return parser.parse_args()


def main() -> None:
    """Run the command that was asked for."""
    options = parse()
    try:
        sys.exit(options.work(options))
    except FleetError as error:
        print(clean(str(error)), file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
