"""The agent's own checks of its manifests find what is planted, and say what it is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Render
from manifests import CHECKS, builds, copy, in_vain, said_of, shared
from planted_manifests import (
    ALLOWED,
    CHANGES,
    EVERYTHING,
    FAULTS,
    KUSTOMIZATION,
    ONE_POD,
    Fault,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def agent(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agent with everything, and overlays with all of its components."""
    folder = tmp_path_factory.mktemp("faulty")
    assert EVERYTHING in copy(render("everything"), folder)
    return folder


@contextmanager
def planted(agent: Path, fault: Fault) -> Iterator[None]:
    """Change one file for a while; the words to change have to be in it."""
    file = agent / "deploy/kubernetes" / fault.file
    text = file.read_text()
    assert fault.old in text, f"{fault.file} has no {fault.old}"
    file.write_text(text.replace(fault.old, fault.new))
    try:
        yield
    finally:
        file.write_text(text)


@pytest.mark.parametrize("overlay", [EVERYTHING, ONE_POD])
def test_nothing_is_said_of_what_is_right(agent: Path, overlay: str) -> None:
    """A planted fault below is the only one."""

    assert said_of(agent, overlay) == {check: [] for check in CHECKS}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_is_named(agent: Path, fault: Fault) -> None:
    """Whoever runs `make manifests` reads what is wrong, and where."""
    with planted(agent, fault):
        said = [sentence for found in said_of(agent, fault.overlay).values() for sentence in found]

    assert [sentence for sentence in said if fault.said in sentence] != [], said


def test_patch_that_hits_nothing_is_named(agent: Path) -> None:
    """To kustomize it is no error."""
    vain = Fault(
        "components/monitoring/kustomization.yaml", "{kind: PrometheusRule}", "{kind: Rule}", ""
    )
    right = in_vain(agent, [EVERYTHING])
    with planted(agent, vain):
        wrong = in_vain(agent, [EVERYTHING])

    assert [one for one in wrong if one not in right] != []
    assert "components/monitoring/kustomization.yaml: this entry of patches" in wrong[0]


def lines_in(agent: Path, lists: dict[str, str]) -> Fault:
    """Lines more in allowed.yaml, as one change of the whole file."""
    text = new = (agent / "deploy/kubernetes" / ALLOWED).read_text()
    for name, line in lists.items():
        new = re.sub(rf"^{name}( \[\])?(.*)$", rf"{name}\2\n  - {line}", new, flags=re.MULTILINE)
    return Fault(ALLOWED, text, new, "")


@pytest.mark.parametrize("name", CHANGES)
def test_owners_may_do_as_they_like(agent: Path, name: str) -> None:
    """Without their line in allowed.yaml it is a fault; with it nothing is said."""
    change, lists = CHANGES[name]
    with planted(agent, change):
        before = said_of(agent, EVERYTHING)
        with planted(agent, lines_in(agent, lists)):
            after = said_of(agent, EVERYTHING)

    assert any(before.values()) == bool(lists)
    assert after == {check: [] for check in CHECKS}


def test_shared_namespace_is_named(agent: Path) -> None:
    """Development must not be applied over production."""
    aimed = Fault(
        f"overlays/{ONE_POD}/kustomization.yaml",
        "namespace: everything-agent-development",
        "namespace: everything-agent",
        "",
    )
    with planted(agent, aimed):
        said = shared(agent, [ONE_POD, "production"])

    assert shared(agent, [ONE_POD, "production"]) == []
    assert said == [
        "The overlays development and production are both in the namespace everything-agent."
    ]


def test_notes_are_no_environment(tmp_path: Path) -> None:
    """Beside the folders of overlays, there may be files."""
    (tmp_path / builds.OVERLAYS / "staging").mkdir(parents=True)
    (tmp_path / builds.OVERLAYS / "staging/kustomization.yaml").touch()
    (tmp_path / builds.OVERLAYS / "README.md").touch()

    assert builds.overlays(tmp_path) == ["staging"]


def documented_patches(agent: Path) -> str:
    """All patches that the page shows, as one list of a kustomization."""
    page = (agent / "docs/kubernetes.md").read_text()
    shown = re.findall(r"```yaml\n(?:patches:\n)?(  - target.*?)```", page, re.DOTALL)
    assert len(shown) == 3
    return "patches:\n" + "".join(shown)


def test_documented_patches_hold(agent: Path) -> None:
    """All at once, with the lines in allowed.yaml that the page names."""
    patches = documented_patches(agent)
    change = Fault(KUSTOMIZATION, "replacements:\n", f"{patches}replacements:\n", "")
    lines = lines_in(agent, {"variables:": "MODEL_API_KEY", "made_elsewhere:": "model"})
    before = in_vain(agent, [EVERYTHING])
    with planted(agent, change), planted(agent, lines):
        said, vain = said_of(agent, EVERYTHING), in_vain(agent, [EVERYTHING])

    assert said == {check: [] for check in CHECKS}
    assert vain == before
