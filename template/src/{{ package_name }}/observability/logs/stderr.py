"""Standard error, which nobody waits for: whoever reads it may be slow, or may have gone."""

import logging
import os
import stat
import sys
import threading
from queue import SimpleQueue
from select import select
from typing import TextIO

logger = logging.getLogger(__name__)

# Some megabytes at the most; a reader that is further behind loses lines.
MAX_WAITING = 1000
# What a reader gets at the end to take the last lines.
FLUSH_SECONDS = 1.0


class Background(logging.Handler):
    """Writes in a thread of its own, and says afterwards how many lines have been lost."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._waiting: SimpleQueue[str | threading.Event] = SimpleQueue()
        self._lost = 0
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Called under the handler's lock, in the context that the line tells of."""
        if self._waiting.qsize() < MAX_WAITING:
            self._waiting.put(self.format(record))
        else:
            self._lost += 1

    def flush(self) -> None:
        """Wait until all is written, though not for long."""
        written = threading.Event()
        self._waiting.put(written)
        written.wait(FLUSH_SECONDS)

    def _run(self) -> None:
        told = 0
        while True:
            waiting = self._waiting.get()
            if isinstance(waiting, str):
                self._write(waiting)
            if (lost := self._lost) > told and self._waiting.empty():
                self._write(self._report(lost - told))
                told = lost
            if isinstance(waiting, threading.Event):
                waiting.set()

    def _write(self, line: str) -> None:
        # Not through sys.stderr, whose lock would be missed when Python ends.
        left = f"{line}\n".encode(errors="backslashreplace")
        while left:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:
                select([], [self._descriptor], [])
            except OSError:
                return  # there is nobody left to read it

    def _report(self, lost: int) -> str:
        # The usual way would need the lock, under which `flush` waits for this thread.
        message = "%d lines of the log were lost: nothing has read them in time"
        record = logger.makeRecord(
            logger.name, logging.WARNING, __file__, 0, message, (lost,), exc_info=None
        )
        return self.format(record)


def stderr() -> TextIO:
    """Where to write; it leads nowhere if this process was started without one."""
    if sys.stderr is None:
        # It takes the number 2, or a database would get that and what libraries in C write to it.
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    return sys.stderr


def handler_for(stream: TextIO) -> logging.Handler:
    """One that lets nobody wait; files take everything at once."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):  # it is no file of the operating system
        return logging.StreamHandler(stream)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return logging.StreamHandler(stream)
    return Background(descriptor)
