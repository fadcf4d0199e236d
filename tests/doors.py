"""An agent through each of the two doors: what cookiecutter makes, and what Copier makes."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT
from copier import Settings, run_copy
from write_cookiecutter import questions

HIDDEN = {name for name, one in questions(ROOT / "copier.yml").items() if one.get("ask") is False}


@dataclass(frozen=True)
class Person:
    """Somebody at a fresh account, with a folder where agents go."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def agents(self) -> Path:
        """Where agents go; a path with a space, as people have them."""
        return self.home / "my agents"

    @property
    def environment(self) -> dict[str, str]:
        """The test's own environment, but for what would be kept at home."""
        kept = {"COOKIECUTTER_CONFIG": self.home / "cookiecutterrc", "HOME": self.home}
        kept |= {"COPIER_CACHE_DIR": self.home / "cache", "PWD": self.home}
        return os.environ | {name: str(path) for name, path in kept.items()} | self.variables

    def cookiecutter(
        self, *arguments: str | Path, typed: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run cookiecutter at home; without typed text it asks nothing."""
        asking = ["--no-input"] if typed is None else []
        begin = [sys.executable, "-m", "cookiecutter", "--output-dir", str(self.agents), *asking]
        return self.run(*begin, *arguments, typed=typed)

    def run(
        self, *command: str | Path, typed: str | None = None, folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program at home, or in another folder."""
        return subprocess.run(
            command,
            cwd=folder or self.home,
            env=self.environment,
            input=typed or "",
            capture_output=True,
            text=True,
            check=False,
        )

    def configure(self, **defaults: str) -> None:
        """Write what cookiecutter reads first."""
        places = {name: str(self.home / name) for name in ("cookiecutters_dir", "replay_dir")}
        text = yaml.safe_dump(places | {"default_context": defaults})
        (self.home / "cookiecutterrc").write_text(text)

    def made(self) -> list[str]:
        """Names of what is where agents go."""
        return sorted(one.name for one in self.agents.iterdir()) if self.agents.exists() else []


def new_person(home: Path, **variables: str) -> Person:
    """Return somebody who has configured nothing."""
    person = Person(home, variables)
    home.mkdir(exist_ok=True)
    person.configure()
    return person


def as_arguments(answers: dict[str, Any]) -> list[str]:
    """Write answers as cookiecutter takes them on its command line."""
    texts = {
        name: (", ".join(answer) or "none") if isinstance(answer, list) else answer
        for name, answer in answers.items()
    }
    return [f"{'_' if name in HIDDEN else ''}{name}={text}" for name, text in texts.items()]


def copied(template: Path, folder: Path, answers: dict[str, Any], **options: Any) -> Path:
    """Make an agent as `copier copy` does."""
    shutil.rmtree(folder, ignore_errors=True)
    settings = Settings()
    run_copy(
        str(template), folder, answers, defaults=True, quiet=True, settings=settings, **options
    )
    return folder


def tree(agent: Path) -> dict[str, tuple[int, bytes]]:
    """Return all that is in a folder, with its mode: bytes of files, targets of links."""
    found = {}
    for path in [agent, *sorted(agent.rglob("*"))]:
        link = os.fsencode(os.readlink(path)) if path.is_symlink() else b""  # noqa: PTH115  # bytes
        content = path.read_bytes() if path.is_file() and not link else link
        found[str(path.relative_to(agent))] = (path.lstat().st_mode, content)
    return found
