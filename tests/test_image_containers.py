"""Images as BuildKit makes them, and what runs of them when nothing more is allowed."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docker_lab import docker
from envoy_calls import SEND
from image_lab import Build, BuildOf, Container, built, container, contents
from monitoring import wait_until
from test_containers import PROBE

pytestmark = pytest.mark.lab
pytest_plugins = ["docker_fixtures"]

each_image = pytest.mark.parametrize("answers", ["default", "everything"])

DEPENDENCIES = "--no-install-project"
PROJECT = "--no-editable"
# What is compiled when everything that the agent imports is loaded.
UNCOMPILED = """
import importlib, json, sys
from importlib import _bootstrap_external as machinery
compiled, compile_source = [], machinery.SourceLoader.source_to_code
def spy(self, data, path, **options):
    compiled.append(path)
    return compile_source(self, data, path, **options)
machinery.SourceLoader.source_to_code = spy
importlib.import_module(f"{sys.argv[1]}.__main__")
print(json.dumps(compiled))
"""
# What only the build needs, as far as it is there.
BUILD_ONLY = """
import glob, json, os, shutil
home = os.path.expanduser("~root")
places = ["/cache", f"{home}/.cache/*", "/app/*", "/app/.venv/lib/*/site-packages/grpc_tools"]
print(json.dumps([shutil.which("uv"), *(file for place in places for file in glob.glob(place))]))
"""


@each_image
def test_image_answers_from_outside(build_of: BuildOf, answers: str) -> None:
    """With a file system that cannot be written and no rights, it serves every transport."""
    with container(build_of(answers).image) as one:
        one.becomes("healthy")
        said = {name: send(one, "Ada") for name, send in SEND.items()}
        may = one.runs(PROBE)

    assert said == dict.fromkeys(SEND, "Nice to meet you, Ada!")
    assert may == {
        "user": 10001,
        "capabilities": 0,
        "no_new_privileges": 1,
        "writes": ["/data"],
    }


def drain(one: Container) -> tuple[dict[str, str], int]:
    """Stop a container while a turn runs on each transport; what they said, and its exit code."""
    with ThreadPoolExecutor() as pool:
        calls = {name: pool.submit(send, one, "until /tmp/end") for name, send in SEND.items()}
        wait_until(
            lambda: f"a2a_tasks_in_progress {len(SEND)}.0" in one.metrics(), "Calls do not begin"
        )
        with subprocess.Popen(["docker", "stop", "--time=30", one.name]):
            wait_until(lambda: not one.ready(), "The agent does not notice")
            docker("exec", one.name, "touch", "/tmp/end")  # noqa: S108 - the container's own
            said = {name: call.result() for name, call in calls.items()}
    return said, one.state()["ExitCode"]


@each_image
def test_stop_waits_for_calls(build_of: BuildOf, answers: str) -> None:
    """Whoever is in the middle of something when Docker stops the agent gets the end of it."""
    build = build_of(answers)
    slow = f"--volume={build.agent}/tests/slow_agent.py:/slow.py:ro"
    with container(build.image, slow, "--entrypoint=python", command=("/slow.py",)) as one:
        one.becomes("healthy")
        said, code = drain(one)

    assert said == dict.fromkeys(SEND, "begun, done")
    assert code == 0


def test_health_follows_the_agent(build_of: BuildOf) -> None:
    """On another port, and beside a proxy: well while it takes calls, and no longer."""
    moved = ("--env=A2A_OPS_PORT=9999", "--env=http_proxy=http://127.0.0.1:1")
    with container(build_of("default").image, *moved, "--env=A2A_DRAIN_DELAY_SECONDS=600") as one:
        began = one.becomes("healthy")
        docker("kill", "--signal=TERM", one.name)
        ended = one.becomes("unhealthy")
        running = one.state()["Running"]

    assert began
    assert ended
    assert running


@each_image
def test_image_holds_what_runs_and_nothing_else(build_of: BuildOf, answers: str) -> None:
    """No tool of the build is in it, and no module has to be compiled at start."""
    package = f"{answers}_agent".replace("default", "hello")
    run = ("run", "--rm", "--entrypoint=python", build_of(answers).image, "-c")

    assert docker(*run, BUILD_ONLY) == "[null]\n"
    assert docker(*run, UNCOMPILED, package) == "[]\n"


def test_image_says_what_it_is(build_of: BuildOf) -> None:
    """Whoever finds it in a registry learns whose it is, and from which source."""
    labels = docker("inspect", "--format={{json .Config.Labels}}", build_of("default").image)

    assert '"org.opencontainers.image.title":"Hello Agent"' in labels
    assert '"org.opencontainers.image.version":"lab"' in labels
    assert '"org.opencontainers.image.revision":' in labels


def test_same_source_makes_the_same_image(build_of: BuildOf) -> None:
    """A build without any cache differs in nothing but the times of its files."""
    first = build_of("default")
    second = built(first.agent, "lab/again", "--no-cache")
    files, again = contents(first.image), contents(second.image)
    changed = [path for path in files.keys() | again.keys() if files.get(path) != again.get(path)]

    assert len(files) > 1000
    assert changed == []


def has(steps: set[str], words: str) -> bool:
    """Whether one of the steps is about this."""
    return any(words in step for step in steps)


def second_build(first: Build, folder: Path, file: str) -> Build:
    """Build an agent that differs from the first one in one file."""
    agent = Path(shutil.copytree(first.agent, folder / "agent"))
    with (agent / file).open("a") as text:
        text.write("# planted\n")
    return built(agent, "lab/second")


def test_second_agent_takes_its_libraries_from_the_cache(build_of: BuildOf, tmp_path: Path) -> None:
    """Only what it depends on decides whether that is installed again."""
    first = build_of("default")
    source = second_build(first, tmp_path / "source", "src/hello_agent/agent/logic.py")
    needs = second_build(first, tmp_path / "needs", "pyproject.toml")

    assert has(source.cached, DEPENDENCIES)
    assert has(source.done, PROJECT)
    assert has(needs.done, DEPENDENCIES)
