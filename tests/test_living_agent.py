"""Rendered agents in environments of their own: their checks, their tests, their README."""

import json
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from agents import free_ports, make, run, running
from conftest import ANSWERS, Render, git
from postgres_server import PostgresServer, available
from test_docs import blocks, readme

pytestmark = pytest.mark.living


@pytest.fixture(scope="module", autouse=True)
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What mypy learns about libraries is the same for every agent."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MYPY_CACHE_DIR", str(tmp_path_factory.mktemp("mypy")))
        yield


@pytest.fixture
def ports() -> dict[str, int]:
    """Ports that a rendered agent can listen on here."""
    return free_ports("http_port", "grpc_port", "ops_port")


@pytest.fixture
def agent(render: Render, tmp_path: Path, answers: str, ports: dict[str, int]) -> Path:
    """An agent that is set up, in a folder that the test may change."""
    agent = Path(shutil.copytree(render(answers, **ports), tmp_path / "agent"))
    make(agent, "setup")
    return agent


@contextmanager
def database(agent: Path) -> Iterator[None]:
    """What `make database` starts in a container, for agents that need it."""
    if "task_store: postgres" not in (agent / ".copier-answers.yml").read_text():
        yield
        return
    if not available():
        pytest.skip("Postgres is not installed here")
    with PostgresServer() as server:
        (agent / ".env").write_text(f"A2A_DATABASE_URL={server.url}\n")
        upgraded = run(agent, "uv", "run", "python", "-m", "service_agent", "db", "upgrade")
        assert upgraded.returncode == 0, upgraded.stdout
        yield


# What an agent of these answers runs of its tests. That replicas are one agent is the same in all,
# and all of minimal's tests run below, with other logic.
CHOSEN = {
    "default": "",
    "everything": "",
    "grpc": "",
    "http": "-m 'not postgres'",
    "minimal": "tests/agent",
}
NO_PAGE = r"docs/([\w-]+\.md) has been deleted"


@pytest.mark.parametrize("answers", ANSWERS)
def test_agent_passes_its_own_checks(agent: Path, answers: str) -> None:
    """What is rendered can be committed as it is: its own commands check and test it."""
    git(agent, "init", "--quiet")
    git(agent, "add", "--all", "--", ":!uv.lock")
    make(agent, "check")
    said = make(agent, "test", f"ARGS={CHOSEN[answers]}")

    assert re.search(r"\d+ passed", said)
    assert re.findall(NO_PAGE, said) == []
    assert git(agent, "ls-files", "--others", "--exclude-standard") == "uv.lock\n"
    assert git(agent, "diff", "--name-only") == ""


def test_bare_machine_is_enough(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python and make set an agent up and check it; the uv that they fetch is not checked."""
    path, agent = tmp_path / "bin", Path(shutil.copytree(render(), tmp_path / "agent"))
    path.mkdir()
    (path / "make").symlink_to(shutil.which("make") or "")
    (path / "python3").symlink_to(f"{sys.base_prefix}/bin/python3.{sys.version_info.minor}")
    monkeypatch.setenv("PATH", str(path))
    said = make(agent, "setup", "check")

    assert "fetching it into .uv/" in said
    assert (agent / ".uv/bin/uv").exists()


@pytest.mark.parametrize("answers", ["default"])
def test_planted_faults_are_refused(agent: Path) -> None:
    """The agent's own checks are not blind: each of the four refuses what it is there for."""
    logic = agent / "src/hello_agent/agent/logic.py"
    first, rest = logic.read_text().split("\nfrom ..", maxsplit=1)
    faults = {
        "would be reformatted": "NUMBER  =  1\n",
        "F401": "import json\n",
        "no-untyped-def": "def nothing(x):\n    return x\n",
        "not allowed to import a2a": f"{first}\nfrom a2a import types\n\nfrom ..{rest}\n\nMINE = types\n",
    }
    said = {}
    for reason, fault in faults.items():
        logic.write_text(fault)
        said[reason] = run(agent, "make", "check").stdout

    assert [reason for reason in faults if reason not in said[reason]] == []


OTHER_LOGIC = '''
"""Something else."""

from collections.abc import AsyncIterator

from ..conversation import Refuse, Reply, Turn


async def reply(turn: Turn) -> AsyncIterator[Reply]:
    """Whatever it is: no."""
    yield Refuse(f"I cannot say anything about {turn.text}.")
'''.lstrip()


@pytest.mark.parametrize("answers", ["minimal"])
def test_tests_do_not_depend_on_what_the_agent_says(agent: Path) -> None:
    """An owner who rewrites agent/ and its tests finds all other tests still passing."""
    card = agent / "src/minimal_agent/agent/card.py"
    (agent / "src/minimal_agent/agent/logic.py").write_text(OTHER_LOGIC)
    card.write_text(re.sub('"(greet|application/json)"', '"text/csv"', card.read_text()))
    shutil.rmtree(agent / "tests/agent")
    said = make(agent, "check", "test", "ARGS=-m 'not postgres'")

    assert re.search(r"\d+ passed", said)


@pytest.mark.parametrize("answers", ["everything"])
def test_deleted_pages_take_their_tests_along(agent: Path) -> None:
    """And say so; each of them can be deleted without the others."""
    pages = {page.name for page in (agent / "docs").iterdir()}
    shutil.rmtree(agent / "docs")
    said = make(agent, "test", "ARGS=--maxfail=1 tests/docs tests/observability/metrics")

    assert re.search(r"\d+ passed", said)
    assert len(skipped := set(re.findall(NO_PAGE, said))) > 4
    assert skipped < pages


@pytest.mark.parametrize("answers", ["default"])
def test_change_of_the_wire_is_refused(agent: Path) -> None:
    """`make proto-lint` passes, also in a repository of many, until a field takes another number."""
    git(agent.parent, "init", "--quiet")
    git(agent.parent, "add", "--all", "--", ":!agent/uv.lock")
    git(agent.parent, "commit", "--quiet", "--message", "first")
    make(agent, "proto-lint")
    proto = agent / "proto/a2a.proto"
    proto.write_text(proto.read_text().replace("string message_id = 1", "string message_id = 99"))
    result = run(agent, "make", "proto-lint")

    assert result.returncode != 0
    assert 'Previously present field "1"' in result.stdout


def test_printed_commands_work(released: Path, tmp_path: Path, ports: dict[str, int]) -> None:
    """What Copier prints at the end can be pasted, also for a folder with a space in its name."""
    data = [f"--data={name}={port}" for name, port in ports.items()]
    copy = [sys.executable, "-m", "copier", "copy", "--defaults", *data, str(released), "my agent"]
    said = run(tmp_path, *copy).stdout
    enter, setup, start = said.rpartition("Next:")[2].split("\n")[2:5]
    result = run(tmp_path, "bash", "-ec", f"{enter}\n{setup}")

    assert result.returncode == 0, result.stdout
    assert start.strip() == "make run"
    with running(tmp_path / "my agent", ports["ops_port"]):
        pass


@pytest.mark.parametrize("answers", ["default", "http", "grpc"])
def test_readme_calls_are_answered(agent: Path, ports: dict[str, int]) -> None:
    """The calls in the README can be pasted, and the agent answers them as the README says."""
    shown = blocks(readme(agent), "sh")
    calls = [block for block in shown if re.match("curl|uv run buf", block)]
    with database(agent), running(agent, ports["ops_port"]):
        answers = [run(agent, "bash", "-c", call).stdout for call in calls]

    for call, answer in zip(calls, answers, strict=True):
        if "agent-card" in call:
            assert '"supportedInterfaces"' in answer
        elif '"hello"' in call:
            assert "What is your name?" in answer
        else:
            assert "Ada!" in answer
            assert "TASK_STATE_COMPLETED" in answer


@pytest.fixture
def model() -> Iterator[str]:
    """The address of a model that repeats in capitals what it was told last, word by word."""

    class Model(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            for word in told["messages"][-1]["content"].upper().split():
                chunk = {"choices": [{"delta": {"content": f"{word} "}}]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("answers", ["default"])
def test_readme_logic_calls_a_model(agent: Path, ports: dict[str, int], model: str) -> None:
    """The logic in the README keeps the agent's rules, and hands a model's words to the caller."""
    [logic] = blocks(readme(agent), "python")
    (agent / "src/hello_agent/agent/logic.py").write_text(logic.replace("localhost:11434", model))
    make(agent, "check")
    call = next(block for block in blocks(readme(agent), "sh") if "jsonrpc" in block)
    with running(agent, ports["ops_port"]):
        answer = run(agent, "bash", "-c", call.replace('"hello"', '"once upon a time"')).stdout

    assert "ONCE UPON A TIME" in answer
