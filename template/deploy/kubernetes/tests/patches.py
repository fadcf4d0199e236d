"""Finds what kustomizations say in vain: kustomize is silent about a patch that meets nothing."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from builds import OVERLAYS, kustomize, parts, read

# The lists of a kustomization whose entries change what is there already. Replacements may write
# what stands there anyhow; the other checks look at what comes of them.
CHANGES = ("images", "labels", "patches", "replicas")


def in_vain(agent: Path, overlays: list[str]) -> Iterator[str]:
    """Leave out one entry after the other, and see whether any overlay becomes another one."""
    folders = [(agent / OVERLAYS / overlay).resolve() for overlay in overlays]
    whole = {folder: _build(folder) for folder in folders}
    files = {folder: set(parts(folder)) for folder in folders}
    for file in sorted(set().union(*files.values())):
        users = {folder: whole[folder] for folder in folders if file in files[folder]}
        content = read(file)
        for kind in CHANGES:
            for change in content.get(kind, []):
                rest = [one for one in content[kind] if one is not change]
                if not _matters(file, yaml.safe_dump(content | {kind: rest}), users):
                    name = file.relative_to(agent.resolve() / "deploy")
                    yield f"{name}: this entry of {kind} changes nothing: {change}"


def _matters(file: Path, changed: str, users: dict[Path, str]) -> bool:
    written = file.read_text()
    file.write_text(changed)
    try:
        return any(_build(folder) != before for folder, before in users.items())
    finally:
        file.write_text(written)


def _build(folder: Path) -> str:
    try:
        return kustomize(folder)
    except ValueError as error:
        return str(error)  # that it cannot be built without is an effect too
