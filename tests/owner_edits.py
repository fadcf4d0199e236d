"""What owners do to their agents, by name; each can be done to any agent that has the files."""

from pathlib import Path

from changes import Change, Delete, Executable, Rename, Replace, Write

WORKFLOW = """\
name: Own
on: workflow_dispatch
jobs:
  own:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "our own workflow"
"""

PRODUCTION = "deploy/kubernetes/overlays/production"

# Behind the line that keeps what is added on both sides apart, each list ends with the owner's.
YOURS = "# Yours stand below this line: updates leave them alone.\n"
ENDS = {
    ".dockerignore": "our-folder",
    ".env.example": "\n# Our own setting.\n# AGENT_OURS=6",
    ".gitignore": "our-folder/",
}

EDITS: dict[str, tuple[Change, ...]] = {
    "agent code": (
        Write("src/*/agent/logic.py", '"""Our logic."""\n\nfrom . import stars\n'),
        Write("src/*/agent/stars.py", '"""Our own module."""\n'),
        Replace("src/*/agent/card.py", 'id="greet"', 'id="our-skill"'),
        Write("tests/agent/test_logic.py", '"""Our tests."""\n'),
        Write("tests/agent/test_stars.py", '"""Tests of our own module."""\n'),
    ),
    "a changed setting": (
        Replace(".env.example", "# A2A_HOST=127.0.0.1", "A2A_HOST=192.0.2.1"),
        Replace(
            "src/*/settings.py", 'ops_host: str = Field("",', 'ops_host: str = Field("192.0.2.1",'
        ),
        Write(".env", "A2A_HOST=192.0.2.2\n"),
    ),
    "an added dependency": (
        Replace(
            "pyproject.toml",
            "\n]\n\n[project.scripts]",
            '\n  "our-dependency>=6",\n]\n\n[project.scripts]',
        ),
    ),
    "an own manifest": (
        Replace(
            f"{PRODUCTION}/kustomization.yaml",
            "  - namespace.yaml\n",
            "  - namespace.yaml\n  - our-config-map.yaml\n",
        ),
        Write(f"{PRODUCTION}/our-config-map.yaml", "kind: ConfigMap\n"),
    ),
    "an own manifest patch": (
        Replace(
            f"{PRODUCTION}/kustomization.yaml",
            "\npatches:\n",
            "\npatches:\n  - path: our-patch.yaml\n",
        ),
        Write(f"{PRODUCTION}/our-patch.yaml", "kind: Deployment\n"),
    ),
    "a deleted page": (Delete("docs/first-hour.md"),),
    "a deleted tool": (Delete(".pre-commit-config.yaml"),),
    "an own workflow": (Write(".github/workflows/our-workflow.yaml", WORKFLOW),),
    "an own target": (
        Replace("Makefile", "--no-logo\n", "--no-logo\n\tuv run our-lint\n"),
        Replace("Makefile", "\nrun: ##", "\nour-target: ## ours\n\t@echo ours\n\nrun: ##"),
    ),
    "a line of the README": (Replace("README.md", "## Run it", "## Run our agent"),),
    "the changelog": (
        Replace("CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- Our first change.\n"),
    ),
    "the end of a list": tuple(
        Replace(file, YOURS, f"{YOURS}{line}\n") for file, line in ENDS.items()
    ),
    "own files": (
        Write("our_script.sh", "#!/bin/sh\necho our script\n"),
        Executable("our_script.sh"),
        Write("notes.md", "Our notes.\n"),
        Rename("notes.md", "docs/our-notes.md"),
    ),
    "a file that can be run": (Executable("src/*/__main__.py"),),
}


def fitting(*agents: Path) -> list[Change]:
    """Return all changes of the edits that can be made to each of these agents."""
    return [change for edit in EDITS.values() if fits(edit, agents) for change in edit]


def fits(edit: tuple[Change, ...], agents: tuple[Path, ...]) -> bool:
    """Say whether an edit can be made; what is written comes to be there."""
    written = {change.file for change in edit if isinstance(change, Write)}
    return all(
        change.fits(agent) for agent in agents for change in edit if change.file not in written
    )
