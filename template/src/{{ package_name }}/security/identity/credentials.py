"""What all kinds of credentials have in common: how they are presented, and how they are refused."""

from typing import ClassVar, Protocol

from ...tasks.calls.admission import Knock
from ...tasks.calls.principal import Principal

# Longer than any token that is useful, and short enough to be refused for nothing.
MAX_CHARACTERS = 8192
MAX_SUBJECT_CHARACTERS = 255


class CredentialsError(Exception):
    """Credentials that do not admit anybody.

    The text is what the caller learns; `reason` is for the log alone. `code` is that of RFC 6750.
    """

    def __init__(self, text: str, *, reason: str, code: str = "invalid_token") -> None:
        super().__init__(text)
        self.reason = reason
        self.code = code


class Verifier(Protocol):
    """Knows callers by one kind of credentials."""

    scheme: ClassVar[str]  # of RFC 9110 11.1

    async def __call__(self, knock: Knock) -> Principal | None:
        """Who it is; None without credentials of this kind. Raises CredentialsError."""


def only_value(knock: Knock, header: str) -> str | None:
    """The value of a header that may be there once; raises CredentialsError."""
    values = knock.values(header)
    if not values:
        return None
    if len(values) > 1:
        raise CredentialsError(
            f"Send {header} once.",
            reason=f"{len(values)} values of {header}",
            code="invalid_request",
        )
    if len(values[0]) > MAX_CHARACTERS:
        raise CredentialsError(
            f"The value of {header} is too long.",
            reason=f"{len(values[0])} characters in {header}",
            code="invalid_request",
        )
    return values[0]


def names_somebody(subject: object) -> bool:
    """Whether it is a printable line that tasks may belong to."""
    return (
        isinstance(subject, str)
        and 0 < len(subject) <= MAX_SUBJECT_CHARACTERS
        and subject.isprintable()
        and subject == subject.strip()
    )
