"""The workflows of agents: whatever was chosen, linters find nothing, and no job can do more than it must."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Render
from workflow_lints import lint

DEPLOYMENTS = [[], ["compose"], ["kubernetes"], ["compose", "kubernetes"]]
# What each answer adds to the files of a pipeline.
ALWAYS = {
    ".github/dependabot.yml",
    ".github/scripts/update.py",
    ".github/scripts/update_report.py",
    ".github/workflows/ci.yaml",
    ".github/workflows/update.yaml",
    "docs/pipeline.md",
}
IMAGE = {".github/workflows/deploy.yaml"}
KUBERNETES = {
    ".github/actions/roll-out/action.yaml",
    "deploy/pipeline/kubectl.py",
    "deploy/pipeline/roll_out.py",
    "deploy/pipeline/smoke/__main__.py",
    "deploy/pipeline/smoke_call.py",
    "deploy/pipeline/temporary_overlay.py",
}


def jobs(agent: Path, workflow: str) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (agent / f".github/workflows/{workflow}.yaml").read_text()
    )["jobs"]
    return found


def pipeline_files(agent: Path) -> set[str]:
    """Everything that belongs to the pipeline."""
    folders = [agent / ".github", agent / "deploy/pipeline"]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    files += [file for file in agent.glob("docs/pipeline.md") if file.is_file()]
    return {str(file.relative_to(agent)) for file in files}


def contents(agent: Path) -> str:
    """Everything that linters read."""
    files = sorted(file for file in (agent / ".github").rglob("*") if file.is_file())
    return "".join(f"{file.relative_to(agent)}\n{file.read_text()}" for file in files)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids="+".join)
def test_linters_find_nothing(render: Render, deployment: list[str]) -> None:
    """Security, syntax, schemas and style, in each combination of answers; equal ones only once."""
    ways = [("sqlite", ["metrics", "dashboards"]), ("postgres", [])]
    agents = [
        render(
            "default",
            deployment=deployment,
            transports=transports,
            task_store=store,
            observability=parts,
        )
        for transports, (store, parts) in product(("both", "http", "grpc"), ways)
    ]
    distinct = {contents(agent): agent for agent in agents}

    assert [finding for agent in distinct.values() for finding in lint(agent)] == []


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids="+".join)
def test_files_of_the_pipeline(render: Render, deployment: list[str]) -> None:
    """An image is published where there is one, and rolled out where there is a cluster."""
    files = pipeline_files(render("default", deployment=deployment))
    over = {f"deploy/pipeline/smoke/over_{endpoint}.py" for endpoint in ("http", "grpc")}
    expected = ALWAYS | (IMAGE if deployment else set())
    expected |= KUBERNETES | over if "kubernetes" in deployment else set()

    assert files == expected


@pytest.mark.parametrize("transports", ["http", "grpc"])
def test_smoke_call_speaks_what_the_agent_speaks(render: Render, transports: str) -> None:
    """No file of the other transport is left."""
    smoke = render("default", transports=transports) / "deploy/pipeline/smoke"

    assert [file.name for file in smoke.glob("over_*")] == [f"over_{transports}.py"]


def test_without_a_pipeline_nothing_is_left(render: Render) -> None:
    """Who chose none has no file of it."""

    assert pipeline_files(render("default", ci="none")) == set()


@pytest.mark.parametrize(
    ("deployment", "waits_for"),
    [
        (["compose"], {"checks": [], "findings": ["checks"], "publish": ["checks"]}),
        (
            ["compose", "kubernetes"],
            {
                "checks": [],
                "findings": ["checks"],
                "publish": ["checks"],
                "development": ["publish"],
                "production": ["publish", "development"],
            },
        ),
    ],
    ids=["compose", "kubernetes"],
)
def test_stages_wait_for_each_other(
    render: Render, deployment: list[str], waits_for: dict[str, list[str]]
) -> None:
    """Checks, image, development, production; containers on one machine end with the image."""
    found = jobs(render("default", deployment=deployment), "deploy")
    needs = {name: job.get("needs", []) for name, job in found.items()}

    assert {
        name: [one] if isinstance(one, str) else one for name, one in needs.items()
    } == waits_for


def test_checks_have_nothing_to_lose(render: Render) -> None:
    """A pull request's code runs with a token that can only read, and with no secret."""
    agent = render("default")
    found = [*jobs(agent, "ci").values(), jobs(agent, "update")["update"]]

    assert [job["permissions"] for job in found] == [{"contents": "read"}] * len(found)
    assert [
        job for job in found if "secrets." in yaml.dump(job) or "github.token" in yaml.dump(job)
    ] == []


def test_who_can_write_runs_nothing_of_the_repository(render: Render) -> None:
    """The job that publishes has no copy of it; the one that opens pull requests only uses git on it."""
    agent = render("default")
    publish, update = jobs(agent, "deploy")["publish"], jobs(agent, "update")["pull-request"]
    uses = [step.get("uses", "").partition("@")[0] for step in publish["steps"]]
    commands = [
        line.split()[0] for step in update["steps"] for line in step.get("run", "").splitlines()
    ]

    assert "actions/checkout" not in uses
    assert set(commands) <= {'title="Update', "git", "gh"}


def test_main_is_checked_once(render: Render) -> None:
    """By deploy.yaml where there is an image, and by ci.yaml itself where there is none."""
    triggers = [
        yaml.safe_load(
            (render("default", deployment=deployment) / ".github/workflows/ci.yaml").read_text()
        )[True]
        for deployment in (["compose"], [])
    ]

    assert [sorted(on) for on in triggers] == [
        ["pull_request", "workflow_call"],
        ["pull_request", "push"],
    ]
