"""The receiver of alerts, as a part of the test run."""

import runpy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from rules import DEPLOY


@contextmanager
def listening() -> Iterator[str]:
    """Run it on a port of the loopback; the value is its address."""
    module = runpy.run_path(str(DEPLOY / "alertmanager/receiver.py"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), module["Receiver"])
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
