"""What workflows may do with a secret, or with a token that can write: nothing but what is listed.

Listed actions and scripts are trusted with what they do; that they are the reviewed ones is up to
their pins, and to who may change main.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from shell_commands import commands

Mapping = dict[Any, Any]
SECRET = re.compile(r"\$\{\{[^}]*(\bsecrets\b|github\.token|toJSON\(github\))")
STATUS = re.compile(r"\b(always|cancelled|failure)\(")
# What can be written without changing what others run or install.
HARMLESS = {"issues", "security-events"}
EVENTS = {"schedule", "workflow_call", "workflow_dispatch"}
PUSHES = ({"branches": ["main"]}, {"tags": ["v*"]})
WORKFLOW_KEYS = {"concurrency", "env", "jobs", "name", "permissions", True}  # YAML reads on so
JOB_KEYS = {
    "concurrency", "env", "environment", "if", "name", "needs", "outputs", "permissions", "runs-on",
    "steps", "strategy", "timeout-minutes",
}  # fmt: skip
ACTIONS = {
    "actions/attest",
    "actions/checkout",
    "actions/download-artifact",
    "azure/setup-kubectl",
    "github/codeql-action/upload-sarif",
    "sigstore/cosign-installer",
}
COMMANDS = (
    # what a shell has, and nothing that runs its words
    "cat *",
    "echo *",
    "printf *",
    'rm -f "$RUNNER_TEMP/*"',
    "sha256sum --check",
    "sha256sum --check --strict",
    'tee -a "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY"',
    "umask 077",
    '>> "$GITHUB_OUTPUT"',
    '> "$KUBECONFIG"',
    ">> report.md",
    # the registry
    "cosign sign --yes *",
    'cosign verify "$IMAGE@$DIGEST" --certificate-identity "$SIGNER"'
    " --certificate-oidc-issuer https://token.actions.githubusercontent.com",
    "docker login *",
    "docker logout *",
    "skopeo copy *",
    # GitHub
    "gh auth setup-git",
    "gh issue comment *",
    "gh issue create *",
    "gh issue list *",
    "gh pr create *",
    "gh pr edit *",
    'gh release create "$GITHUB_REF_NAME" "$ARCHIVE" --verify-tag *',
    "git apply --index --exclude='.github*' *",
    "git archive *",
    "git commit --quiet --message *",
    "git push --force origin template-update",
    "git switch --create template-update",
    # scripts of this repository
    'python3 deploy/pipeline/roll_out.py "$OVERLAY" "$IMAGE@$DIGEST"',
    'python3 template/scripts/publish_example.py example example.tar "$TAG"',
)
# Their tokens reach agents, where nothing comes of them but pull requests, so nobody checks before.
# Nothing else runs there, and without building any package.
PROPOSING = {"fleet", "fleet-status"}
FLEET = "uv run --frozen --no-build --only-group fleet python -m scripts.fleet"
FLEET_ACTIONS = {"actions/checkout", "astral-sh/setup-uv"}
FLEET_COMMANDS = (
    "gh auth setup-git",
    f"{FLEET} status /dev/stdin --format markdown *",
    f"{FLEET} update /dev/stdin --push --format markdown *",
    '>> "$GITHUB_STEP_SUMMARY"',
)


def power_faults(workflows: dict[str, Mapping], actions: dict[str, Mapping]) -> Iterator[str]:
    """Yield what is wrong with the powers of a repository's workflows and actions."""
    for file, workflow in workflows.items():
        for name, job in workflow["jobs"].items():
            found = call_faults(job, workflows) if "uses" in job else job_faults(workflow, job)
            yield from (f"{file}: {name}: {fault}" for fault in found)
        if has_powers(workflow, workflows):
            yield from (f"{file}: {fault}" for fault in workflow_faults(workflow))
    for file, action in actions.items():
        yield from (f"{file}: {fault}" for fault in step_faults(action["runs"]["steps"]))


def is_powerful(job: Mapping) -> bool:
    """Say whether a job has an environment, a secret, or a token that can write."""
    return "environment" in job or "write" in str(job.get("permissions")) or has_secret(job)


def has_secret(part: Any) -> bool:
    """Say whether a part of a workflow names a secret or the token."""
    return bool(SECRET.search(str(part)))


def has_powers(workflow: Mapping, others: dict[str, Mapping]) -> bool:
    """Say whether any job is powerful, or calls a workflow which has such a job."""
    return any(
        is_powerful(job) or ("uses" in job and has_powers(called(job, others), others))
        for job in workflow["jobs"].values()
    )


def called(job: Mapping, workflows: dict[str, Mapping]) -> Mapping:
    """Return the workflow that a job calls; those of other repositories are not ours to judge."""
    return workflows.get(Path(job["uses"]).name, {"jobs": {}})


def rights(job: Mapping) -> Mapping:
    """Return what a job may do, and how; `write-all` is one right."""
    found = job.get("permissions", {})
    return found if isinstance(found, dict) else {"everything": found}


def call_faults(job: Mapping, workflows: dict[str, Mapping]) -> Iterator[str]:
    """A called workflow is given no more than its jobs ask for, and only after what was before."""
    other = called(job, workflows)
    asked = {right for one in other["jobs"].values() for right in rights(one).items()}
    for right, level in rights(job).items() - asked:
        yield f"gives away {right}: {level}, which nobody asks for"
    if job.get("secrets") == "inherit":
        yield "gives away all secrets"
    if has_powers(other, workflows) and STATUS.search(str(job.get("if"))):
        yield "publishes whatever fails before"


def workflow_faults(workflow: Mapping) -> Iterator[str]:
    """Only what is on main, or is a version, starts it; nothing holds for all of its jobs."""
    on = workflow[True]
    events = on if isinstance(on, dict) else dict.fromkeys([on] if isinstance(on, str) else on)
    for event, filters in events.items():
        if event not in EVENTS and not (event == "push" and filters in PUSHES):
            yield f"can do harm, and starts at {event}: {filters}"
    for key in workflow.keys() - WORKFLOW_KEYS:
        yield f"can do harm, and has {key}"
    if has_secret(workflow.get("env")):
        yield "has a secret in the environment of all jobs"


def job_faults(workflow: Mapping, job: Mapping) -> Iterator[str]:
    """Yield what is wrong with a job that has steps, if it is a powerful one."""
    if not is_powerful(job):
        return
    for key in job.keys() - JOB_KEYS:
        yield f"can do harm, and has {key}"
    if has_secret(job.get("env")):
        yield "has a secret in the environment of all steps"
    writes = {right for right, level in rights(job).items() if "write" in level}
    if writes - HARMLESS and "environment" not in job:
        yield "can publish, and has no environment"
    if job.get("environment") in PROPOSING:
        if writes:
            yield "proposes to others, and can write here"
    elif (
        "environment" in job and "pull-requests" not in writes
    ):  # what is proposed is checked later
        if STATUS.search(str(job.get("if"))):
            yield "publishes whatever fails before"
        if not is_gated(workflow, job):
            yield "publishes what nobody checks"
    yield from step_faults(job["steps"], str(job.get("environment")))


def is_gated(workflow: Mapping, job: Mapping) -> bool:
    """Say whether a job waits for one that calls ci.yaml or runs make, or for one that waits for it."""
    needs = job.get("needs", [])
    before = [workflow["jobs"][name] for name in ([needs] if isinstance(needs, str) else needs)]
    return any(
        Path(other.get("uses", "")).name == "ci.yaml"
        or any(re.search(r"\bmake\b", step.get("run", "")) for step in other.get("steps", []))
        or is_gated(workflow, other)
        for other in before
    )


def step_faults(steps: list[Mapping], environment: str = "") -> Iterator[str]:
    """Yield what the steps of a powerful job, or of an action, should not do."""
    verified, proposes = False, environment in PROPOSING
    for step in steps:
        verified |= refuses(step, "cosign verify")
        action = step.get("uses", "").partition("@")[0].lower()
        known = FLEET_ACTIONS if proposes else ACTIONS
        if action and action not in known and not action.startswith(("./", "$/")):
            yield f"can do harm, and uses {action}"
        if step.get("with", {}).get("overlay", environment) != environment:
            yield f"deploys {step['with']['overlay']} in the environment {environment}"
        if step.get("shell", "bash") != "bash":
            yield f"can do harm, and runs {step['shell']}"
        for command in commands(step.get("run", "")):
            listed = FLEET_COMMANDS if proposes else COMMANDS
            if not any(fnmatchcase(command, allowed) for allowed in listed):
                yield f"can do harm, and runs {command}"
            if "roll_out.py" in command and not verified:
                yield "rolls out what nobody has verified"
    for step, after in pairwise(chain(steps, [{}])):
        taken = step.get("uses", "").startswith("actions/download-artifact@")
        if taken and not refuses(after, "sha256sum --check"):
            yield "can do harm, and takes what another job could have replaced"


def refuses(step: Mapping, command: str) -> bool:
    """Say whether a step begins with a command, and ends whenever it fails."""
    script = step.get("run", "")
    return script.startswith(command) and "if" not in step and not re.search(r"[|&;!]", script)
