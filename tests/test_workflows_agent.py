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
    ".github/scripts/check_update.py",
    ".github/scripts/foreign.py",
    ".github/scripts/update.py",
    ".github/scripts/update_report.py",
    ".github/workflows/ci.yaml",
    ".github/workflows/update.yaml",
    "docs/pipeline.md",
}
IMAGE = {".github/workflows/deploy.yaml"}
KUBERNETES = {
    ".github/actions/roll-out/action.yaml",
    "deploy/pipeline/foreign_output.py",
    "deploy/pipeline/images.py",
    "deploy/pipeline/kubectl.py",
    "deploy/pipeline/programs.py",
    "deploy/pipeline/role.yaml",
    "deploy/pipeline/roll_out.py",
    "deploy/pipeline/smoke/__main__.py",
    "deploy/pipeline/smoke_call.py",
    "deploy/pipeline/temporary_overlay.py",
}


def workflow(agent: Path, name: str) -> dict[Any, Any]:
    """What a workflow says; its triggers are under True, which is how YAML reads `on`."""
    file = agent / f".github/workflows/{name}.yaml"
    found: dict[Any, Any] = yaml.safe_load(file.read_text())
    return found


def jobs(agent: Path, name: str) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow."""
    found: dict[str, dict[str, Any]] = workflow(agent, name)["jobs"]
    return found


def action_steps(agent: Path) -> list[dict[str, Any]]:
    """The steps of the action that rolls out."""
    action = yaml.safe_load((agent / ".github/actions/roll-out/action.yaml").read_text())
    steps: list[dict[str, Any]] = action["runs"]["steps"]
    return steps


def commands(steps: list[dict[str, Any]]) -> list[str]:
    """Every line that steps run."""
    scripts = (step.get("run", "").replace("\\\n", "") for step in steps)
    return [" ".join(line.split()) for script in scripts for line in script.splitlines()]


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


@pytest.mark.slow
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


READS = {"contents": "read"}
DEPLOYS = {"contents": "read", "packages": "read"}
# Who has an environment, what else a token may do than read, and when, unless all before went well.
POWERS = {
    ("deploy", "checks"): (None, READS, None),
    ("deploy", "findings"): (
        None,
        {"security-events": "write"},
        "${{ !cancelled() && !github.event.repository.private }}",
    ),
    ("deploy", "publish"): (
        "registry",
        {"attestations": "write", "id-token": "write", "packages": "write"},
        None,
    ),
    ("deploy", "development"): ("development", DEPLOYS, "vars.DEPLOY_DEVELOPMENT == 'true'"),
    ("deploy", "production"): ("production", DEPLOYS, "vars.DEPLOY_PRODUCTION == 'true'"),
    ("update", "update"): (None, READS, "github.ref == 'refs/heads/main'"),
    ("update", "check"): (None, READS, "needs.update.outputs.changed == 'true'"),
    ("update", "pull-request"): (
        "update",
        {"contents": "write", "pull-requests": "write"},
        None,
    ),
}


def test_powers_are_those_that_were_agreed_on(render: Render) -> None:
    """Checks can only read; each job that can do more has its own environment, and its own gate."""
    agent = render("default")
    found = {
        (name, job): (said.get("environment"), said["permissions"], said.get("if"))
        for name in ("deploy", "update")
        for job, said in jobs(agent, name).items()
    }

    assert found == POWERS
    assert [job["permissions"] for job in jobs(agent, "ci").values()] == [READS] * 4


def test_checks_have_no_secret(render: Render) -> None:
    """Whatever a pull request or an update brings, it can give nothing away."""
    agent = render("default")
    update = jobs(agent, "update")
    found = [*jobs(agent, "ci").values(), update["update"], update["check"]]

    assert [
        job for job in found if "secrets" in yaml.dump(job) or "github.token" in yaml.dump(job)
    ] == []


def test_nobody_else_gets_githubs_token(render: Render) -> None:
    """Where the image is on another registry, there is the registry's password or none."""
    text = (render("default") / ".github/workflows/deploy.yaml").read_text()
    shown = [line.partition(": ")[2] for line in text.splitlines() if "github.token" in line]
    expected = "${{ secrets.REGISTRY_PASSWORD || startsWith(env.IMAGE, 'ghcr.io/') && github.token || '' }}"

    assert shown == [expected] * 3


@pytest.mark.parametrize("deployment", [["compose"], ["kubernetes"]], ids="+".join)
def test_only_main_can_do_something(render: Render, deployment: list[str]) -> None:
    """No branch, tag or pull request starts what publishes."""
    agent = render("default", deployment=deployment)

    assert workflow(agent, "deploy")[True] == {"push": {"branches": ["main"]}}
    assert workflow(agent, "update")[True].keys() == {"schedule", "workflow_dispatch"}


# All that the jobs run which can write.
PUBLISH = [
    'sha256sum --check --strict <<< "$IMAGE_FILE"',
    'sha256sum --check --strict <<< "$CONTENTS_FILE"',
    'docker login "${IMAGE%%/*}" --username "$USERNAME" --password-stdin <<< "$PASSWORD"',
    'skopeo copy --digestfile digest "docker-archive:image.tar" "docker://$IMAGE:$TAG"',
    "digest=$(cat digest)",
    'skopeo copy "docker://$IMAGE@$digest" "docker://$IMAGE:main" # for those who want the newest',
    'echo "digest=$digest" | tee -a "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY"',
    'cosign sign --yes "$IMAGE@$DIGEST"',
    'docker logout "${IMAGE%%/*}"',
]
PROPOSE = [
    'sha256sum --check --strict <<< "$FILES"',
    'title="Update from the template"',
    "results=${RESULTS:0:8000} # GitHub refuses long texts",
    "results=${results//[$'\\r\\n']/$'\\n '} # indented, it stays text",
    "text=$(printf '%s\\n\\n## Checks\\n\\n %s' "
    '"$(cat "$RUNNER_TEMP/update/report.md")" "$results")',
    "git switch --create template-update",
    "git apply --index --exclude='.github*' \"$RUNNER_TEMP/update/changes.patch\"",
    'git commit --quiet --message "$title"',
    "gh auth setup-git",
    "git push --force origin template-update",
    'gh pr create ${DRAFT:+"$DRAFT"} --title "$title" --body "$text" || gh pr edit --body "$text"',
]


def test_who_can_write_runs_nothing_of_the_repository(render: Render) -> None:
    """The job that publishes has no copy of it; the one that opens pull requests only uses git on it."""
    agent = render("default")
    publish = jobs(agent, "deploy")["publish"]["steps"]
    propose = jobs(agent, "update")["pull-request"]["steps"]
    uses = [
        [step["uses"].partition("@")[0] for step in steps if "uses" in step]
        for steps in (publish, propose)
    ]

    assert commands(publish) == PUBLISH
    assert commands(propose) == PROPOSE
    assert uses == [
        ["sigstore/cosign-installer", "actions/download-artifact", *["actions/attest"] * 2],
        ["actions/checkout", "actions/download-artifact"],
    ]


def test_only_what_main_has_signed_is_rolled_out(render: Render) -> None:
    """The identity is this workflow of this repository on main, and no pattern."""
    steps = action_steps(render("default"))
    [verify] = [step for step in steps if "cosign verify" in step.get("run", "")]

    assert verify["env"]["SIGNER"] == (
        "${{ github.server_url }}/${{ github.repository }}"
        "/.github/workflows/deploy.yaml@refs/heads/main"
    )
    assert commands([verify]) == [
        'cosign verify "$IMAGE@$DIGEST" --certificate-identity "$SIGNER" '
        "--certificate-oidc-issuer https://token.actions.githubusercontent.com"
    ]


def test_image_is_hashed_before_it_is_scanned(render: Render) -> None:
    """It is built once, handed on with the hash it had then, and refused for what Trivy finds."""
    image = jobs(render("default"), "ci")["image"]
    steps = image["steps"]
    scans = [step["with"] for step in steps if "trivy-action" in step.get("uses", "")]
    [first, *others] = [step["run"] for step in steps if "run" in step]

    assert steps[1]["id"] == "build"
    assert first.splitlines()[-1] == 'echo "file=$(sha256sum image.tar)" >> "$GITHUB_OUTPUT"'
    assert others == [
        f'echo "file=$(sha256sum {name})" >> "$GITHUB_OUTPUT"'
        for name in ("sbom.json", "findings.sarif")
    ]
    assert image["outputs"] == {
        "image": "${{ steps.build.outputs.file }}",
        "contents": "${{ steps.contents.outputs.file }}",
        "findings": "${{ steps.findings.outputs.file }}",
    }
    assert [scan["cache"] for scan in scans] == [False] * 3
    assert [scan.get("exit-code") for scan in scans] == [None, None, "1"]
    assert "severity" not in scans[0] | scans[1]
    assert scans[2]["severity"] == "HIGH,CRITICAL"


def test_no_failure_is_overlooked(render: Render) -> None:
    """No job and no step goes on after one, and nothing is taken from a cache that others can fill."""
    agent = render("default")
    texts = [file.read_text() for file in (agent / ".github").rglob("*.yaml")]
    setups = [
        step
        for name in ("ci", "update")
        for job in jobs(agent, name).values()
        for step in job["steps"]
        if "setup-uv" in step.get("uses", "")
    ]

    assert [text for text in texts if "continue-on-error" in text or "|| true" in text] == []
    assert [step["with"]["enable-cache"] for step in setups] == [False] * 5


def test_main_is_checked_once(render: Render) -> None:
    """By deploy.yaml where there is an image, and by ci.yaml itself where there is none."""
    with_image, without = (
        workflow(render("default", deployment=deployment), "ci")[True]
        for deployment in (["compose"], [])
    )

    assert with_image.keys() == {"pull_request", "workflow_call"}
    assert without == {"pull_request": None, "push": {"branches": ["main"]}}
