"""What tasks need of a database, whichever it is; SQL is written the same way for each."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias

# The columns of one row, in the order of the statement.
Row: TypeAlias = Sequence[Any]
# SQL with its parameters as $1, $2, and so on, and their values.
Statement: TypeAlias = tuple[str, Sequence[Any]]


class DatabaseError(Exception):
    """The database cannot be used; the text is one sentence for the operator."""


class DatabaseUnavailableError(Exception):
    """It does not answer at the moment; whether a statement was committed is not known."""


class Database(Protocol):
    """Every call is one transaction; what it returns is committed."""

    shared: bool
    """Whether other processes write to it as well."""

    @property
    def available(self) -> bool:
        """Whether it has answered lately."""

    @property
    def waiting(self) -> int:
        """How many statements wait for their turn."""

    async def open(self) -> None:
        """Raises DatabaseError where no patience helps, and DatabaseUnavailableError otherwise."""

    async def run(self, sql: str, *values: Any) -> Sequence[Row]:
        """The rows that one statement returns; raises DatabaseUnavailableError."""

    async def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> Sequence[Row]:
        """One statement for each of these rows of values; what all of them return together."""

    async def run_all(self, *statements: Statement) -> Sequence[Sequence[Row]]:
        """Statements that are done together or not at all, and the rows of each."""

    def defer(self, sql: str, *values: Any) -> None:
        """Run it soon, together with others, and without anybody who waits for it."""

    async def close(self) -> None:
        """Finish what waits, then let go."""
