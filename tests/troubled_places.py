"""Where a database can get into trouble: a disk that is full, a line that is slow."""

import asyncio
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from fault_proxy import Proxy
from programs import said


@contextmanager
def passing(port: int) -> Iterator[Proxy]:
    """What stands in front of a port, in a thread of its own."""
    proxy, started, over = Proxy(port), threading.Event(), threading.Event()

    async def run() -> None:
        async with proxy.running():
            started.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    started.wait()
    try:
        yield proxy
    finally:
        over.set()
        thread.join()


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A file system of its own, which can be filled, and where others may have their folders."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    try:
        code, text = said("mount", "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", folder)
        if code:
            pytest.skip(f"No file system can be mounted here: {text}")
        yield folder
        said("umount", "--lazy", folder)
    finally:
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Leave no room; what takes it can be deleted."""
    ballast = folder / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    os.sync()
    return ballast
