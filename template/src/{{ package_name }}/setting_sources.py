"""Where settings come from, and one sentence for each thing that is wrong there."""

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from dotenv.parser import parse_stream
from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as SourceError

ENV_FILE = ".env"
SECRETS_DIR = "A2A_SECRETS_DIR"
# What is wanted instead of a wrong value, by pydantic's name for the fault.
WANTED = {
    "bool_parsing": "true or false",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "int_parsing": "a whole number",
    "less_than_equal": "{le:g} or less",
    "literal_error": "{expected}",
    "missing": "a value: it has no default",
    "string_too_short": "a text that is not empty",
    "value_error": "{error}",
}

Kind = TypeVar("Kind", bound=BaseSettings)


class SettingsError(Exception):
    """One or more settings are wrong; each line of the text says what to change."""


def sources(prefix: str) -> SettingsConfigDict:
    """What a class of settings needs to be read from here; its variables begin with the prefix."""
    return SettingsConfigDict(
        env_prefix=prefix,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )


class OwnSettings(BaseSettings):
    """Settings of the agent's owner."""

    model_config = sources("AGENT_")


def read(kind: type[Kind], **overrides: Any) -> Kind:
    """Settings from the overrides, the environment, `.env` and files of secrets, in this order.

    Raises SettingsError with one sentence, on a line of its own, for each thing to change.
    """
    try:
        if faults := list(_unreadable_lines()) or list(_misspelt_names(kind)):
            raise SettingsError("\n".join(faults))
        places: dict[str, Any] = {"_secrets_dir": _secrets_dir()}
        return kind(**places, **overrides)
    except SourceError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = variable(kind, field[1]) if field else ENV_FILE
        raise SettingsError(f"Set {name} to JSON, like [1, 2].") from None
    except ValidationError as error:
        sentences = [_sentence(kind, fault) for fault in error.errors()]
        raise SettingsError("\n".join(sentences)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {ENV_FILE} cannot be read: {error}.") from None


def _secrets_dir() -> str | None:
    # Where a container finds its secrets, each in a file that is named like its variable.
    folder = os.environ.get(SECRETS_DIR)
    if folder and not Path(folder).is_dir():
        raise SettingsError(f"Set {SECRETS_DIR} to a folder of files named like variables.")
    return folder or None


def _secret_files() -> list[str]:
    folder = _secrets_dir()
    return [path.name.lower() for path in Path(folder).iterdir()] if folder else []


def _unreadable_lines() -> Iterator[str]:
    # The parser leaves them out and goes on.
    if Path(ENV_FILE).is_file():
        with Path(ENV_FILE).open(encoding="utf-8") as lines:
            for binding in parse_stream(lines):
                if binding.error or (binding.key and binding.value is None):
                    yield f"Line {binding.original.line} of {ENV_FILE} is not NAME=value: correct it."


def _misspelt_names(kind: type[BaseSettings]) -> Iterator[str]:
    # Only what resembles a setting: variables of other programs may begin like ours, as those do
    # that Kubernetes makes for a service named a2a (A2A_PORT, A2A_SERVICE_HOST).
    in_file = DotEnvSettingsSource(kind).env_vars
    if SECRETS_DIR.lower() in in_file:
        yield f"Set {SECRETS_DIR} in the environment: in {ENV_FILE} it comes too late."
    for variables in (EnvSettingsSource(kind).env_vars, in_file, _secret_files()):
        for given in variables:
            name = given.removeprefix(str(kind.model_config["env_prefix"]).lower())
            if name not in {given, *kind.model_fields}:
                for meant in get_close_matches(name, kind.model_fields, n=1, cutoff=0.8):
                    yield f"There is no {given.upper()}: rename it to {variable(kind, meant)}."


def _sentence(kind: type[BaseSettings], fault: Any) -> str:
    if not fault["loc"]:
        return str(fault["ctx"]["error"])
    wanted = WANTED.get(fault["type"], "another value").format_map(fault.get("ctx", {}))
    return f"Set {variable(kind, fault['loc'][0])} to {wanted}."


def variable(kind: type[BaseSettings], name: str) -> str:
    """What a setting is called outside."""
    return f"{kind.model_config['env_prefix']}{name.upper()}"
