"""A real Postgres server with a folder and a port of its own, which can be killed and frozen."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

from .ports import claim_port

DEBIAN = Path("/usr/lib/postgresql")
# Postgres refuses to run as root.
ACCOUNTS = ("postgres", "nobody")
PATIENCE_SECONDS = 60.0
WHY_NOT = "Postgres is not installed here"


def available() -> bool:
    """Whether a server can be started on this machine."""
    return _programs() is not None and (os.geteuid() != 0 or bool(_account()))


class PostgresServer:
    """A context manager; in the end the server is killed and its folder removed.

    With a password every connection needs it. Further options are those of the server, such as
    `max_connections=10`. What has been committed survives `kill` unless `fsync` is off.
    """

    def __init__(self, *, password: str = "", **options: Any) -> None:
        self.password = password
        # A server that is killed leaves no shared memory behind when that is in its folder.
        own = {"listen_addresses": "127.0.0.1", "dynamic_shared_memory_type": "mmap"}
        self._options: dict[str, Any] = own | options
        self.programs = _programs() or Path()
        self._user = _account() if os.geteuid() == 0 else None
        self._resources = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._resources.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._resources.callback(self._end)
        self.port, claim = claim_port()
        self._resources.enter_context(claim)
        self._options["port"] = self.port
        if self._user:
            shutil.chown(self._folder, self._user)
        (self._folder / "password").write_text(self.password or "none")
        self._run(
            *("initdb", f"--pgdata={self._folder}/data", "--username=postgres"),
            f"--auth={'scram-sha-256' if self.password else 'trust'}",
            *(f"--pwfile={self._folder}/password", "--encoding=UTF8", "--no-locale", "--no-sync"),
        )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    @property
    def url(self) -> str:
        """Of the database that is always there, without the password."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The same for another database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @property
    def log(self) -> Path:
        """What it says."""
        return self._folder / "log"

    def create_database(self, name: str) -> str:
        """Its address."""
        self.query(f'CREATE DATABASE "{name}"')
        return self.url_of(name)

    def query(self, sql: str, database: str = "postgres") -> str:
        """What psql prints, one line a row."""
        return self._run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, self.url_of(database))

    def start(self) -> None:
        """Come back with the same folder and port, and accept connections."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._started():
            if time.monotonic() > deadline:
                raise TimeoutError(self.log.read_text()[-2000:])
            time.sleep(0.02)

    def stop(self) -> None:
        """In good order: connections are told."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """As if the machine had lost its power."""
        self._signal(signal.SIGKILL, everybody=True)

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Leave connections open, but answer nothing and accept nobody."""
        self._signal(signal.SIGSTOP, everybody=True)

    def thaw(self) -> None:
        """Go on where it was frozen."""
        self._signal(signal.SIGCONT, everybody=True)

    def _end(self) -> None:
        self.thaw()
        self._signal(signal.SIGQUIT)  # at once, but nothing stays behind

    def _started(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            # Processes of a server that was killed may hold its memory for another moment.
            words = [f"--{name}={value}" for name, value in self._options.items()]
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    [*self._as_user(), self.programs / "postgres", "-D", "data", "-k", "", *words],
                    cwd=self._folder,
                    stdout=log,
                    stderr=log,
                )
            time.sleep(0.1)
        with suppress(OSError):
            said = (self._folder / "data/postmaster.pid").read_text().split()
            return said[:1] == [str(self._process.pid)] and said[-1] == "ready"
        return False

    def _signal(self, number: signal.Signals, *, everybody: bool = False) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        pid = self._process.pid
        if everybody:  # each has a process group of its own
            os.kill(pid, signal.SIGSTOP)  # so that no more are born
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                with suppress(ProcessLookupError):
                    os.kill(int(child), number)
        os.kill(pid, number)
        if number in {signal.SIGINT, signal.SIGQUIT, signal.SIGKILL}:
            self._process.wait(PATIENCE_SECONDS)

    def _run(self, program: str, *words: str) -> str:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [*self._as_user(), self.programs / program, *words],
            cwd=self._folder,
            env=os.environ | {"PGPASSWORD": self.password},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def _as_user(self) -> list[str]:
        # Not subprocess' own way, which forks and with it runs what libraries have registered.
        if self._user is None:
            return []
        who = pwd.getpwnam(self._user)
        return ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]


def _programs() -> Path | None:
    """The folder of the newest server."""
    found = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if not found and on_path:
        return Path(on_path).resolve().parent
    return max(found, key=lambda path: float(path.parent.name), default=None)


def _account() -> str | None:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ACCOUNTS if name in names), None)
