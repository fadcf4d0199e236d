"""From cookiecutter to Copier: the one has asked, the other makes the agent."""

import json
import re
import shutil
import sys
from pathlib import Path

from copier_copy import copier_copy
from given_answers import Answers, Context, given_answers
from template_source import git, template_source

PLACEHOLDER = "UNFINISHED.md"


def hand_over(context: Context, offered: Context) -> None:
    """Make the agent in the folder that cookiecutter has made, and give the folder its name."""
    folder, copy = Path.cwd(), Path(context["_repo_dir"])
    if [entry.name for entry in folder.iterdir()] != [PLACEHOLDER]:
        sys.exit(f"{folder} is left over from a run that was stopped: remove it, and start again.")
    if folder.name != usual_folder(copy):
        sys.exit("Leave _folder as it is: the agent's folder has the agent's name.")
    answers = given_answers(context, offered)
    source = template_source(context["_template"], copy, Path(context["_output_dir"]))
    (folder / PLACEHOLDER).unlink()
    try:
        said = copier_copy(source, context["_checkout"], folder, answers)
    except KeyboardInterrupt:  # cookiecutter is stopped by it too, and removes nothing
        shutil.rmtree(folder)
        sys.exit("Stopped: no agent is made.")
    refuse_unknown_questions(context, answers, copy, remembered(folder, "_commit"))
    agent = folder.with_name(remembered(folder, "agent_slug"))
    if agent.exists():
        sys.exit(
            f"{agent} exists: give the agent another name or another place (-o), "
            "or bring it forward with `copier update`."
        )
    folder.rename(agent)
    print(said.replace(folder.name, agent.name))


def usual_folder(copy: Path) -> str:
    """Return what the folder is called until the agent is finished."""
    usual: str = json.loads((copy / "cookiecutter.json").read_text(encoding="utf-8"))["_folder"]
    return usual


def remembered(agent: Path, name: str) -> str:
    """Read one of the answers that an agent remembers, which is a word."""
    text = (agent / ".copier-answers.yml").read_text(encoding="utf-8")
    found = re.search(rf"^{name}: (\S+)$", text, re.MULTILINE)
    return found[1].strip("'\"") if found else ""


def refuse_unknown_questions(context: Context, answers: Answers, copy: Path, commit: str) -> None:
    """Copier takes the latest release, and says nothing about answers that are new to it."""
    released = git(copy, "show", f"{commit}:cookiecutter.json")
    known = json.loads(released) if released else context
    asked = json.loads((copy / "cookiecutter.json").read_text(encoding="utf-8"))
    for name in answers:
        key = name if name in asked else f"_{name}"
        default = asked[key][0] if isinstance(asked[key], list) else asked[key]
        if key not in known and context[key] != default:
            sys.exit(
                f"{commit} of the template does not ask for {name}: "
                "add `--checkout HEAD` for the template as it is now."
            )
