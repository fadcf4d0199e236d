"""What people see of an alert when nothing but the containers is there."""

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from receivers import listening

ALERT = {
    "status": "firing",
    "labels": {"alertname": "AgentDown", "severity": "page"},
    "annotations": {
        "summary": "hello-agent\nis down",
        "description": "Nobody reaches it.",
        "dashboard": "/d/a2a-agent?var-agent=hello-agent",
        "runbook": "docs/runbook.md#agentdown",
    },
}
OVER = {"status": "resolved", "labels": {"alertname": "Other"}, "annotations": {}}


@pytest.fixture
def receiver() -> Iterator[str]:
    """Where a receiver listens that has heard nothing yet."""
    with listening() as url:
        yield url


def post(url: str, body: bytes) -> int:
    """Send what Alertmanager might send; return the status of the answer."""
    try:
        with urlopen(Request(url, body)) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def get(url: str) -> str:
    """Read a page."""
    with urlopen(url) as answer:
        return str(answer.read().decode())


def group(*alerts: Any) -> bytes:
    """Put alerts into what one call carries."""
    return json.dumps({"status": "firing", "alerts": alerts}).encode()


def test_one_line_an_alert(receiver: str, capsys: pytest.CaptureFixture[str]) -> None:
    """How bad, what, and where to read on; a line break in it breaks no line."""
    status = post(receiver, group(ALERT, OVER))

    assert status == 200
    assert capsys.readouterr().out.splitlines() == [
        "PAGE | hello-agent is down | dashboard: /d/a2a-agent?var-agent=hello-agent"
        " | runbook: docs/runbook.md#agentdown",
        "ALERT is over | Other",
    ]


def test_paths_become_links(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the pages are is not the alert's business, but people want to click."""
    monkeypatch.setenv("LINK_BASE", "http://localhost:3000")
    with listening() as url:
        post(url, group(ALERT))

    out = capsys.readouterr().out
    assert "| dashboard: http://localhost:3000/d/a2a-agent?" in out
    assert "| runbook: docs/runbook.md#agentdown" in out


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\u202egod", r"\u202egod"),
        ("\x9b1m", r"\x9b1m"),
        ("\ud800", r"\ud800"),
        ("größer 日本 😀", "größer 日本 😀"),
    ],
)
def test_it_does_not_steer_the_terminal(
    receiver: str, capsys: pytest.CaptureFixture[str], sent: str, shown: str
) -> None:
    """What came from a caller is shown as it is, and changes nothing else on the screen."""
    status = post(receiver, group(OVER | {"annotations": {"summary": sent, sent: "x"}}))

    assert status == 200
    assert capsys.readouterr().out == f"ALERT is over | {shown} | {shown}: x\n"
    assert json.loads(get(f"{receiver}/alerts"))[0]["annotations"]["summary"] == sent


def test_it_remembers_the_last_hundred(receiver: str) -> None:
    """Tests and curious people read back what has arrived."""
    for number in range(101):
        post(receiver, group(ALERT | {"startsAt": str(number)}))
    remembered = json.loads(get(f"{receiver}/alerts"))

    assert [alert["startsAt"] for alert in remembered] == [str(number) for number in range(1, 101)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"alerts": [1]}',
        b'{"alerts": [{"labels": [], "annotations": []}]}',
        b'{"alerts": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_it_survives_what_is_no_alert(receiver: str, body: bytes) -> None:
    """A wrong call is told so, and the next one is heard."""
    status = post(receiver, body)

    assert status == 400
    assert get(receiver + "/") == "listening\n"
    assert get(f"{receiver}/alerts") == "[]"


@pytest.mark.parametrize("length", ["-1", "1000001", "9" * 15])
def test_it_reads_no_more_than_it_should(receiver: str, length: str) -> None:
    """Who announces too much, or less than nothing, is answered at once."""
    address = urlsplit(receiver)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode())
        status = connection.makefile("rb").readline().split()[1]

    assert status == b"413"
    assert get(f"{receiver}/alerts") == "[]"
