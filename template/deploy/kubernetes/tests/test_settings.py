"""The agent starts with what each environment tells it."""

from importlib import import_module
from pathlib import Path

import pytest
from objects import Build
from settings import SECRETS_DIR, secret_settings, told


def test_settings_are_safe(built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it refuses to, and says why; the secrets are made up."""
    [file] = (built.agent / "src").glob("*/settings.py")
    [pod] = built.agents
    for name in secret_settings(built.agent):
        (tmp_path / name).write_text("")
    (tmp_path / "A2A_ENCRYPTION_KEYS").write_text("made-up")
    [container] = [one for one in pod.spec["containers"] if one["name"] == "agent"]
    for name, value in (told(built, container) | {SECRETS_DIR: str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    assert import_module(f"{file.parent.name}.settings").load()
