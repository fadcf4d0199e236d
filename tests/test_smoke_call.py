"""What the call that ends a deployment makes of answers, whoever gives them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from conftest import Render

CALLS = ("JSON-RPC: ", "REST: ")


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """A server that gives this answer to everybody; yields its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, '{"message": {}}', "MESSAGE"),
        (200, '{"result": {"task": {"status": {"state": "TASK_STATE_FAILED"}}}}', "TASK_STATE_F"),
        (200, '{"error": {"code": 1}}', "200 {"),
        (200, '["task"]', "200 ["),
        (200, "<html>\n::add-mask::e", "JSONDecodeError: "),
        (500, "::\r::add-mask::e\n" * 1000, r"500 ::\r::add-mask::e\n::"),
    ],
    ids=["message", "failed", "error", "list", "no JSON", "lines"],
)
def test_smoke_call_shows_answers_in_one_line(
    render: Render, status: int, body: str, expected: str
) -> None:
    """However long they are, and whatever is in them; only what an agent would say is good."""
    with answering(status, body) as address:
        command = [sys.executable, "-B", "deploy/pipeline/smoke", f"http={address}"]
        agent = render("default")
        done = subprocess.run(command, cwd=agent, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()

    assert [line[: len(name) + len(expected)] for name, line in zip(CALLS, lines, strict=True)] == [
        name + expected for name in CALLS
    ]
    assert (done.returncode, done.stderr) == (expected != "MESSAGE", "")
    assert max(map(len, lines)) < 1000
