"""Prints the alerts that Alertmanager sends; `/alerts` answers with the last ones, as JSON."""

import json
import os
import signal
import sys
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT = 8080
REMEMBERED = 100
MAX_BYTES = 1_000_000  # a thousand alerts in one group
# What a link that is only a path begins with, such as http://localhost:3000.
LINK_BASE = os.environ.get("LINK_BASE", "")
# What the line says by itself, or what would make it too long.
TOLD = {"summary", "description"}

alerts: deque[str] = deque(maxlen=REMEMBERED)  # each one as JSON


class Receiver(BaseHTTPRequestHandler):
    """One call of Alertmanager is one group of alerts."""

    def do_POST(self) -> None:
        """Take a group."""
        try:
            length = int(self.headers.get("Content-Length", 0))
            if not 0 <= length <= MAX_BYTES:
                return self._answer(413, f"a group has {MAX_BYTES} bytes at most\n")
            group = json.loads(self.rfile.read(length))
            lines = [line(alert) for alert in group["alerts"]]
            texts = [json.dumps(alert) for alert in group["alerts"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return self._answer(400, "this is not what Alertmanager sends\n")
        alerts.extend(texts)
        print(*lines, sep="\n", flush=True)  # noqa: T201 - it is there to be read
        return self._answer(200, "")

    def do_GET(self) -> None:
        """Say that it is well, or what it has seen."""
        if self.path == "/alerts":
            return self._answer(200, f"[{', '.join(alerts)}]")
        if self.path == "/":
            return self._answer(200, "listening\n")
        return self._answer(404, "there are / and /alerts\n")

    def log_message(self, *_: object) -> None:
        """Keep the output to the alerts."""

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def line(alert: dict[str, Any]) -> str:
    """What a person needs of an alert, on one line: how bad, what, and where to look."""
    labels, said = alert["labels"], alert["annotations"]
    severity = labels.get("severity", "alert").upper()
    over = " is over" if alert["status"] == "resolved" else ""
    what = said.get("summary") or labels.get("alertname", "no name")
    links = [
        f"{name}: {LINK_BASE if text.startswith('/') else ''}{text}"
        for name, text in said.items()
        if name not in TOLD
    ]
    return " | ".join(printable(part) for part in [f"{severity}{over}", what, *links])


def printable(text: str) -> str:
    """Write out what would steer the terminal: a label may hold what a caller has sent."""
    text = " ".join(text.split())
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def main() -> None:
    """Listen until SIGTERM or Ctrl-C; the only argument is another port."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    # The first process of a container is not ended by SIGTERM unless it says so.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("", port), Receiver).serve_forever()


if __name__ == "__main__":
    main()
