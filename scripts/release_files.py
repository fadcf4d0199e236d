"""What a release may never do to the files of the template, compared with the release before."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keepachangelog  # type: ignore[import-untyped]  # it has no types
import yaml
from releases import releases

PACKAGE = "{{ package_name }}"
GONE = "it is renamed or removed, and what owners changed in it vanishes without a conflict"


def rendered(name: str) -> str:
    """Return what a file of template/ is called in agents, with the package's own name left out."""
    name = name.removeprefix("template/").removesuffix(".jinja")
    return name.replace("{{ _copier_conf.answers_file }}", ".copier-answers.yml")


def gone(old: Iterable[str], new: Iterable[str]) -> list[str]:
    """Return the files that agents had and will not have; from a name to one with answers is none."""
    return sorted({rendered(name) for name in old} - {rendered(name) for name in new})


def unannounced(files: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Yield files of which the changelog or the message before an update says nothing, and why.

    `files` has what becomes of each.
    """
    configuration = yaml.safe_load((folder / "copier.yml").read_text(encoding="utf-8"))
    message = configuration.get("_message_before_update", "")
    places = {"the changelog": changes(folder), "_message_before_update": message}
    for file, why in files.items():
        silent = [place for place, text in places.items() if not names(text, file)]
        if silent:
            yield (
                f"Name `{readable(file)}`, or its folder, in backticks in "
                f"{' and in '.join(silent)}: {why}."
            )


def changes(folder: Path) -> str:
    """Return what stands under Changed and Removed and is not released, or was just cut."""
    sections = keepachangelog.to_dict(str(folder / "CHANGELOG.md"), show_unreleased=True)
    released = releases(folder)
    new: list[dict[str, Any]] = [one for name, one in sections.items() if name not in released]
    return "\n".join(
        line for one in new for kind in ("changed", "removed") for line in one.get(kind, [])
    )


def names(text: str, file: str) -> bool:
    """Say whether a text names a file in backticks, or a folder that it is in."""
    quoted = {name.strip("/") for name in re.findall(r"`([^`]+)`", text)}
    return any(str(one) in readable_all(quoted) for one in [Path(readable(file)), *parents(file)])


def parents(file: str) -> list[Path]:
    """Return the folders that a file is in, but not the agent's own."""
    return list(Path(readable(file)).parents)[:-1]


def readable(name: str) -> str:
    """Return a name as a person writes it."""
    return name.replace(PACKAGE, "<package>")


def readable_all(names: Iterable[str]) -> set[str]:
    """Return names as a person writes them."""
    return {readable(name) for name in names}


def ignored(files: Sequence[str], folder: Path) -> Iterator[str]:
    """Yield those of a template's files that an agent's own .gitignore names."""
    with tempfile.TemporaryDirectory() as agent:
        subprocess.run(["git", "init", "--quiet", agent], check=True)
        for name in filter(lambda name: Path(name).name == ".gitignore", files):
            target = Path(agent, rendered(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(folder / name, target)
        found = subprocess.run(
            ["git", "check-ignore", "--no-index", "--stdin"],
            cwd=agent,
            input="\n".join(map(rendered, files)),
            capture_output=True,
            text=True,
            check=False,
        )
    for name in found.stdout.splitlines():
        yield (
            f"Take `{readable(name)}` out of template/ or out of its .gitignore: git does not keep "
            "it for owners, so an update overwrites what they changed."
        )
