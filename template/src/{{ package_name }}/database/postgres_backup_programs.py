"""The programs that come with Postgres: pg_dump, pg_restore and psql, as child processes."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from .interface import DatabaseError
from .postgres_address import PostgresAddress

# Before everything of ours is gone, whoever still reads it gets this long to let go.
CLEAR = """
BEGIN;
SET LOCAL lock_timeout = '30s';
DO $$
DECLARE thing text;
BEGIN
    FOR thing IN
        SELECT format('TABLE IF EXISTS %s', oid::regclass) FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
        AND relowner = current_user::regrole
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
        UNION ALL
        SELECT format('FUNCTION IF EXISTS %s', oid::regprocedure) FROM pg_proc
        WHERE prokind = 'f' AND pronamespace = current_schema()::regnamespace
        AND proowner = current_user::regrole
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP %s CASCADE', thing);
    END LOOP;
END $$;
"""
# pg_restore 17 writes it for every server, and older ones do not know it.
UNKNOWN_TO_OLDER_SERVERS = b"SET transaction_timeout = 0;\n"
END_OF_PREAMBLE = b"SELECT "
FAULT = re.compile(r"(?:ERROR|FATAL|error|fatal): +(.+)")


def check_version(server: int) -> None:
    """Raises DatabaseError where pg_dump cannot read a server of this major version."""
    with _start("pg_dump", "--version", stdout=subprocess.PIPE) as process:
        said = process.communicate()[0].decode()
    found = re.search(r"\d+", said)
    if found and int(found[0]) < server:
        raise DatabaseError(
            f"pg_dump {found[0]} cannot read a server of version {server}: "
            f"install postgresql-client-{server}, or a newer one."
        )


def dump(address: PostgresAddress, file: Path, *, namespace: str, snapshot: str) -> None:
    """Write everything of one namespace as this snapshot shows it, and read it back."""
    words = ["--format=custom", f"--schema={namespace}", f"--snapshot={snapshot}"]
    with tempfile.TemporaryFile() as errors:
        with _start("pg_dump", *words, f"--file={file}", address=address, stderr=errors) as process:
            process.wait()
        if process.returncode:
            raise DatabaseError(f"No backup of {address.text} could be made ({_fault(errors)}).")
    with _script(file):  # the list of contents alone would not show that the end is missing
        pass


def version_in(file: Path) -> int:
    """Which schema a backup holds; 0: it is none of ours."""
    with _script(file, "--data-only", "--table=schema_version") as script:
        rows = re.findall(rb"^(\d+)\t", script.read(), re.MULTILINE)
    return max(map(int, rows), default=0)


def load(address: PostgresAddress, file: Path, *, namespace: str) -> None:
    """Replace what the namespace holds in one transaction: without its last word, nothing."""
    what = ["--no-owner", "--no-privileges", f"--schema={namespace}"]
    how = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    with tempfile.TemporaryFile() as errors:
        psql = _start(
            *("psql", *how),
            address=address,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        assert psql.stdin is not None
        with suppress(BrokenPipeError), psql, psql.stdin as told:
            told.write(CLEAR.encode())
            with _script(file, *what) as script:
                _tell_preamble(script, told)
                shutil.copyfileobj(script, told)
            told.write(b"COMMIT;\n")
        if psql.wait():
            raise DatabaseError(
                f"{file} could not be restored, and {address.text} is as before ({_fault(errors)})."
            )


def _tell_preamble(script: IO[bytes], told: IO[bytes]) -> None:
    for line in script:
        if line != UNKNOWN_TO_OLDER_SERVERS:
            told.write(line)
        if line.startswith(END_OF_PREAMBLE):
            return


@contextmanager
def _script(file: Path, *words: str) -> Iterator[IO[bytes]]:
    """The SQL that a backup stands for; raises DatabaseError at the end of a damaged one."""
    with tempfile.TemporaryFile() as errors:
        process = _start(
            "pg_restore", "--file=-", *words, str(file), stdout=subprocess.PIPE, stderr=errors
        )
        assert process.stdout is not None
        with process:
            yield process.stdout
            while process.stdout.read(1 << 20):  # what nobody wanted to know
                pass
        if process.returncode:
            raise DatabaseError(f"{file} is no backup that can be restored ({_fault(errors)}).")


def _start(
    program: str, *words: str, address: PostgresAddress | None = None, **streams: Any
) -> subprocess.Popen[bytes]:
    path = shutil.which(program)
    if path is None:
        raise DatabaseError(
            f"There is no {program} on the path: install the client programs of Postgres, "
            "such as Debian's postgresql-client."
        )
    if address is None:
        return subprocess.Popen([path, *words], **streams)  # noqa: S603 - the words are our own
    # Others on this machine can read the arguments of a process: the password is not there.
    words = (*words, "--no-password", f"--dbname={address.connection['dsn']}")
    return subprocess.Popen([path, *words], env=_environment(address), **streams)  # noqa: S603


def _environment(address: PostgresAddress) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    connection = address.connection
    return others | {
        "PGHOST": ",".join(connection["host"]),
        "PGPORT": ",".join(map(str, connection["port"])),
        "PGUSER": connection["user"],
        "PGPASSWORD": connection["password"],
        "PGDATABASE": connection["database"],
    }


def _fault(errors: IO[bytes]) -> str:
    errors.seek(0)
    said = errors.read().decode(errors="replace")
    found = FAULT.search(said)
    return found[1].strip() if found else said.strip().rpartition("\n")[2] or "it was ended"
