"""What a check finds: where it is, what it is, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A sentence says what is found, and another one what to do; a notice is no fault."""

    path: str
    line: int | None = None
    what: str
    todo: str
    notice: bool = False

    def __str__(self) -> str:
        """One line, in the way of compilers, which editors know how to follow."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        kind = "notice: " if self.notice else ""
        return " ".join(f"{place}: {kind}{self.what} {self.todo}".split())
