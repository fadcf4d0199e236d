"""What the next version of the template changes, near to what owners change and far from it."""

from changes import Change, Delete, Rename, Replace, Write
from owner_edits import YOURS

QUESTION = """\
greeting:
  type: str
  help: How does it greet?
  default: Good morning

# 2 · Derived values
"""

# From the work tree to the version after it.
MOVES: tuple[Change, ...] = (
    # Lines near to those of owners: one line, which stays, is in between.
    Replace("template/README.md.jinja", "It runs on Linux or", "It runs well on Linux or"),
    Replace("template/pyproject.toml.jinja", '"watchfiles>=1.3,<2"', '"watchfiles>=1.4,<2"'),
    Replace("template/.env.example.jinja", "# Port of the HTTP side.", "# Port of HTTP."),
    Replace(
        "template/src/*/settings.py.jinja", "empty: localhost and the port.", "empty: localhost."
    ),
    Replace("template/Makefile.jinja", "test: ## run the tests", "test: ## run all tests"),
    Replace(
        "template/deploy/kubernetes/overlays/production/kustomization.yaml.jinja",
        "  - ../../components/gateway\n",
        "  - ../../components/gateway # the way in\n",
    ),
    # Lists that grow at their ends, as the owners' do.
    Replace("template/.dockerignore", YOURS, f"theirs\n{YOURS}"),
    Replace("template/.env.example.jinja", YOURS, f"# What is new.\n# A2A_NEW=\n\n{YOURS}"),
    Replace("template/.gitignore", YOURS, f"theirs/\n{YOURS}"),
    # Lines far from them.
    Replace("template/README.md.jinja", "## Keep and update", "## Keep it and update it"),
    Replace("template/pyproject.toml.jinja", '"mypy>=2.4"', '"mypy>=2.5"'),
    Replace("template/src/*/__main__.py", "import uvloop\n", "import uvloop # moved\n"),
    Replace("template/.gitignore", "dist/\n", "dist/\nmoved/\n"),
    # What owners have deleted.
    Replace("template/docs/first-hour.md.jinja", "# The first hour", "# An hour"),
    # What is the owners'.
    Write("template/src/*/agent/logic.py", '"""Another logic of the template."""\n'),
    Write("template/src/*/agent/extra.py", '"""A module that the machinery needs."""\n'),
    Write("template/tests/agent/test_extra.py", '"""Another example of a test."""\n'),
    # Files that come, go, move, and begin to hold answers.
    Write("template/docs/glossary.md.jinja", "{{ greeting }} is what it says first.\n"),
    Delete("template/.yamllint.yaml"),
    Rename("template/docs/data.md.jinja", "template/docs/storage.md.jinja"),
    Rename("template/.dockerignore", "template/.dockerignore.jinja"),
    # Questions.
    Replace("copier.yml", "# 2 · Derived values\n", QUESTION),
    Replace("copier.yml", "default: Greets people by name.", "default: Greets everybody."),
)
