"""What linters have against the workflows of a repository, the template's own or an agent's."""

import json
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from conftest import ROOT
from workflow_powers import power_faults

PROGRAMS = Path(sysconfig.get_path("scripts"))
USES = re.compile(r"^\s*(?:- )?uses: *(?P<action>[^@#\s]+)(?P<rest>.*)$", re.MULTILINE)
OWN = ("./", "$/")
PINNED = re.compile(r"@(?P<sha>[0-9a-f]{40}) # (?P<version>v\d+\.\d+\.\d+)")


class Pin(NamedTuple):
    """An action, with the commit it is pinned to and the version that its comment names."""

    action: str
    sha: str
    version: str


def lint(folder: Path) -> list[str]:
    """Return all findings about `.github` in a folder, one line each."""
    checks = (zizmor, actionlint, jactionlint, schemas, yamllint, rules)
    return [finding for check in checks for finding in check(folder)]


def workflows(folder: Path) -> list[Path]:
    """Return the workflow files of a repository; one without any has nothing to lint."""
    found = sorted((folder / ".github" / "workflows").glob("*.y*ml"))
    assert found, f"There are no workflows in {folder}"
    return found


def actions(folder: Path) -> list[Path]:
    """Return the repository's own actions, where there are any."""
    return sorted((folder / ".github" / "actions").glob("*/action.y*ml"))


def dependabot(folder: Path) -> list[Path]:
    """Return Dependabot's file, where there is one."""
    return sorted((folder / ".github").glob("dependabot.y*ml"))


def said(folder: Path, program: str, *arguments: str | Path) -> str:
    """Run a linter and return what it prints; one that fails without findings is broken."""
    command = [PROGRAMS / program, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and not done.stdout.strip():
        raise ChildProcessError(f"{program}: {done.stderr}")
    return done.stdout


def zizmor(folder: Path) -> Iterator[str]:
    """Security, down to what only an auditor would ask about."""
    options = ("--offline", "--persona=auditor", "--strict-collection", "--quiet", "--format=json")
    files = workflows(folder) + actions(folder) + dependabot(folder)
    for finding in json.loads(said(folder, "zizmor", *options, *files)):
        place = finding["locations"][0]
        name = Path(place["symbolic"]["key"]["Local"]["verbatim_path"]).name
        line = place["concrete"]["location"]["start_point"]["row"] + 1
        yield f"{name}:{line}: {finding['ident']}: {finding['desc']}"


def actionlint(folder: Path) -> Iterator[str]:
    """Syntax and expressions; scripts, where shellcheck is installed."""
    yield from in_json(folder, "actionlint", "-format", "{{json .}}", *workflows(folder))


def jactionlint(folder: Path) -> Iterator[str]:
    """The inputs of pinned actions, timeouts, permissions, and what goes wrong between jobs."""
    files = workflows(folder) + actions(folder) + dependabot(folder)
    yield from in_json(folder, "jactionlint", "--strict-exit", "--format", "json", *files)


def in_json(folder: Path, program: str, *arguments: str | Path) -> Iterator[str]:
    """Run either of the linters above."""
    for finding in json.loads(said(folder, program, *arguments) or "[]"):
        name = Path(finding["filepath"]).name
        yield f"{name}:{finding['line']}: {finding['kind']}: {finding['message']}"


def schemas(folder: Path) -> Iterator[str]:
    """Keys and values that GitHub does not know."""
    for schema, files in (
        ("vendor.github-workflows", workflows(folder)),
        ("vendor.github-actions", actions(folder)),
        ("vendor.dependabot", dependabot(folder)),
    ):
        if not files:
            continue
        options = ("--builtin-schema", schema, "--output-format", "json")
        report = json.loads(said(folder, "check-jsonschema", *options, *files))
        for error in report.get("errors", []) + report.get("parse_errors", []):
            path = error.get("path", "does not parse")
            yield f"{Path(error['filename']).name}: {path}: {error['message']}"


def yamllint(folder: Path) -> Iterator[str]:
    """How YAML is written, after the configuration that agents have as well."""
    options = ("--strict", "--format", "parsable", "-c", ROOT / ".yamllint.yaml")
    yield from said(ROOT, "yamllint", *options, folder / ".github").splitlines()


def rules(folder: Path) -> Iterator[str]:
    """What no linter asks for, of jobs, of their powers and of pins."""
    loaded = {file.name: yaml.safe_load(file.read_text()) for file in workflows(folder)}
    own = {file.parent.name: yaml.safe_load(file.read_text()) for file in actions(folder)}
    for file, workflow in loaded.items():
        for name, job in workflow["jobs"].items():
            yield from (f"{file}: {name}: {fault}" for fault in job_faults(job))
    for name, action in own.items():
        yield from (f"{name}: {fault}" for fault in gate_faults(action["runs"]["steps"]))
    yield from power_faults(loaded, own)
    for path in workflows(folder) + actions(folder):
        for use in USES.finditer(path.read_text()):
            if not use["action"].startswith(OWN) and not PINNED.fullmatch(use["rest"]):
                yield f"{path.name}: {use['action']}: is not pinned as @<commit> # vX.Y.Z"
    yield from disagreements(pins(folder))


def job_faults(job: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with any job: no bounds, or checks that do not stop it."""
    if "permissions" not in job:
        yield "does not say what it may do"
    if "uses" in job:
        return  # the workflow that it calls has the rest
    if str(job["runs-on"]).endswith("-latest"):
        yield "runs on whatever is latest"
    if "secrets." in str(job) and "environment" not in job:
        yield "has a secret, and no environment that keeps it from others"
    yield from gate_faults([job, *job["steps"]])


def gate_faults(parts: list[dict[str, Any]]) -> Iterator[str]:
    """Yield where a job goes on after a failure, or takes what nobody has looked at."""
    scans = [part["with"] for part in parts if "/trivy-action@" in part.get("uses", "")]
    if scans and {scan["exit-code"] for scan in scans if "exit-code" in scan} != {"1"}:
        yield "scans, and fails at nothing"
    scanned = False
    for part in parts:
        if scanned and re.search(r"\b(make|docker)\b", part.get("run", "")):
            yield "builds again what was scanned"
        scanned |= "/trivy-action@" in part.get("uses", "")
        if "continue-on-error" in part:
            yield "goes on after a failure"
        ref = str(part.get("with", {}).get("ref", ""))
        if "inputs." in ref and not ref.startswith("refs/tags/"):
            yield "checks out whatever it is told to"


def pins(*folders: Path) -> set[Pin]:
    """Return the pins of all actions used in these folders, under the names of their repositories."""
    uses = (
        use
        for folder in folders
        for file in workflows(folder) + actions(folder)
        for use in USES.finditer(file.read_text())
    )
    return {
        Pin("/".join(use["action"].split("/")[:2]).lower(), found["sha"], found["version"])
        for use in uses
        if (found := PINNED.fullmatch(use["rest"]))
    }


def disagreements(pinned: set[Pin]) -> list[str]:
    """Return the actions that are pinned in more than one way."""
    ways: dict[str, set[Pin]] = {}
    for pin in pinned:
        ways.setdefault(pin.action, set()).add(pin)
    return [
        f"{action}: has {len(way)} pins" for action, way in sorted(ways.items()) if len(way) > 1
    ]
