"""docs/proven-elsewhere.md leaves out nothing that agents take from a registry or a cluster."""

import re
from pathlib import Path

import yaml
from conftest import ROOT, Render

PAGE = (ROOT / "docs/proven-elsewhere.md").read_text()
# Groups of kinds that a cluster has by itself, or that kustomize reads.
BUILT_IN = re.compile(r"^[a-z]+$|\.k8s\.io$(?<!gateway\.networking\.k8s\.io)")


def images(agent: Path) -> set[str]:
    """Return what an agent starts from and what runs beside it, without tags."""
    services = yaml.safe_load((agent / "compose.yaml").read_text())["services"].values()
    bases = re.findall(r"^FROM ([^$\s]+)", (agent / "Dockerfile").read_text(), re.MULTILINE)
    foreign = [one["image"] for one in services if not one["image"].endswith(":local")]
    return {image.rpartition(":")[0] for image in bases + foreign}


def groups(agent: Path) -> set[str]:
    """Return the API groups of an agent's manifests."""
    files = (agent / "deploy/kubernetes").rglob("*.yaml")
    found = {
        group
        for file in files
        for group in re.findall(r"^apiVersion: ([\w.-]+)/", file.read_text(), re.MULTILINE)
    }
    return {group for group in found if not BUILT_IN.search(group)}


def test_images_are_listed(render: Render) -> None:
    """Each official image has a line with the command that starts it."""
    known = images(render("everything"))

    assert {"python", "postgres", "grafana/grafana"} <= known
    assert [image for image in known if not re.search(rf"`{re.escape(image)}[:`]", PAGE)] == []


def test_foreign_kinds_are_listed(render: Render) -> None:
    """What an operator or a gateway brings into a cluster is not checked by an API server here."""
    known = groups(render("everything"))

    assert {"cert-manager.io", "gateway.networking.k8s.io", "monitoring.coreos.com"} == known
    assert [group for group in known if f"`{group}`" not in PAGE] == []


def test_each_line_says_how_and_what() -> None:
    """A row without a command, or without what it shows, proves nothing."""
    rows = [
        line.replace(r"\|", "").strip("| ").split(" | ")
        for line in PAGE.splitlines()
        if line.startswith("| ")
    ]
    proofs = [row for row in rows if not row[0].startswith("not shown")]

    assert len(proofs) > 25
    assert [row for row in proofs if len(row) not in {3, 4} or not all(row)] == []
    assert [row for row in proofs if not re.search(r"`|\*|\[", row[-2])] == []
