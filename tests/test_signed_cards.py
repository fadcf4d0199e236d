"""The JavaScript SDK verifies the card of a running agent, whichever algorithm has signed it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from agents import free_ports, make, run, running
from conftest import ROOT, Render

pytestmark = pytest.mark.lab

NPM = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
GOOD = {"served": True, "changed": False}


@pytest.fixture
def verifier(tmp_path: Path) -> Path:
    """The program, with what it needs."""
    source, folder = ROOT / "tools" / "verify-card", tmp_path / "verify-card"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(NPM, cwd=folder, check=True)
    return folder / "verify.mjs"


def test_javascript_verifies_what_python_has_signed(
    render: Render, verifier: Path, tmp_path: Path
) -> None:
    """For both, the same bytes are signed; a card that was changed fails there too."""
    ports = free_ports("http_port", "grpc_port", "ops_port")
    agent = Path(shutil.copytree(render("default", **ports), tmp_path / "agent"))
    make(agent, "setup")
    for algorithm in ("ES256", "EdDSA"):
        made = run(agent, "uv", "run", "hello-agent", "card", "keys", "k", "--algorithm", algorithm)
        assert made.returncode == 0, made.stdout
    (agent / ".env").write_text("A2A_CARD_KEYS_DIR=k\n")
    with running(agent, ports["ops_port"]):
        address = f"http://localhost:{ports['http_port']}"
        answer = subprocess.run(
            ["node", verifier, address], check=True, capture_output=True, text=True
        )

    assert json.loads(answer.stdout) == {"ES256": GOOD, "EdDSA": GOOD}
