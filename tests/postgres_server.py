"""The Postgres server of an agent's tests, for the tests of the template."""

import importlib.util
from pathlib import Path

PATH = Path(__file__).parent.parent / "template/tests/postgres.py"
specification = importlib.util.spec_from_file_location("postgres", PATH)
assert specification is not None
assert specification.loader is not None
postgres = importlib.util.module_from_spec(specification)
specification.loader.exec_module(postgres)

PostgresServer = postgres.PostgresServer
available = postgres.available
