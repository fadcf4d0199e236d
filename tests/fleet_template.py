"""A template that is small enough to be updated often, in three releases."""

from pathlib import Path

from conftest import git

ANSWERS = "{{ _copier_answers | to_nice_yaml | trim }}\n"
QUESTIONS = """\
_subdirectory: template
_templates_suffix: .jinja
agent_name: {type: str, default: Hello}
transports: {type: str, choices: [both, http], default: both}
"""
FILES = {
    "copier.yml": QUESTIONS,
    "template/{{ _copier_conf.answers_file }}.jinja": ANSWERS,
    "template/README.md.jinja": "# {{ agent_name }}\n\nRun it.\n\nA\nB\nC\n\nEnd.\n",
    "template/docs/data.md": "Soon gone.\n",
}
# What each release changes; nothing instead of a text removes the file.
RELEASES: dict[str, dict[str, str | None]] = {
    "v1.0.0": dict(FILES),
    "v1.1.0": {"template/README.md.jinja": FILES["template/README.md.jinja"].replace("Run", "Go")},
    "v2.0.0": {"template/settings.py": "PORT = 8000\n", "template/docs/data.md": None},
}


def write(folder: Path, files: dict[str, str | None]) -> None:
    """Write files, and remove those that have no text."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            file.unlink()
        else:
            file.write_text(text)


def save(folder: Path) -> None:
    """Commit everything."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change")


def publish(folder: Path, remote: Path) -> None:
    """Make a bare repository of a folder."""
    if not (folder / ".git").exists():
        save(folder)
    git(folder, "clone", "--quiet", "--bare", str(folder), str(remote))
