"""The table of `docs/adopt.md`: what people have is of the SDK, where it goes is of the template."""

import importlib
import re
import runpy

import pytest
from adopt_page import codes
from conftest import ROOT

SDK = [
    importlib.import_module(f"a2a.{name}")
    for name in (
        "helpers",
        "server.agent_execution",
        "server.events",
        "server.request_handlers",
        "server.tasks",
        "types",
    )
]
WORDS = runpy.run_path(str(ROOT / "template/src/{{ package_name }}/conversation.py"))


def unknown_to_sdk(name: str) -> bool:
    """Say whether the SDK has no such thing; fields of messages are things, too."""
    first, _, member = name.partition(".")
    places = [getattr(module, first) for module in SDK if hasattr(module, first)]
    known = {one for place in places for one in (*dir(place), *field_names(place))}
    return (bool(member) and member not in known) or not places


def field_names(kind: object) -> list[str]:
    """Return the fields of a message."""
    return list(kind.DESCRIPTOR.fields_by_name) if hasattr(kind, "DESCRIPTOR") else []


def unsayable(code: str) -> bool:
    """Say whether `conversation.py` does not have this reply."""
    try:
        return not isinstance(eval(code.removeprefix("yield "), dict(WORDS)), WORDS["Reply"])  # noqa: S307
    except (NameError, TypeError, ValueError):
        return True


def test_what_people_have_is_of_the_sdk() -> None:
    """The first column speaks of things that the SDK has."""
    names = codes(0, r"[A-Z][a-z]\w+|new_")

    assert len(names) > 20
    assert [name for name in names if unknown_to_sdk(name)] == []


def test_where_it_goes_is_said_in_words_that_there_are() -> None:
    """What logic yields is a reply, and each reply has its row."""
    replies = codes(1, "yield")
    used = {word for code in replies for word in re.findall(r"^yield (\w+)\(", code)}

    assert [code for code in replies if unsayable(code)] == []
    assert used == {one.__name__ for one in WORDS["Reply"].__args__} - {"str"}


def test_turn_has_what_is_read_of_it() -> None:
    """All that a turn is said to know."""
    fields = {code.split(".")[1] for code in codes(1, "turn")}

    assert fields - set(WORDS["Turn"].__dataclass_fields__) == set()
    assert len(fields) > 8


@pytest.mark.parametrize(
    "planted", ['yield Shout("Dear all")', 'yield Ask("Where?", url="https://x")', "yield File()"]
)
def test_other_words_are_noticed(planted: str) -> None:
    """A reply that nobody can give, by its name, its arguments or their values."""
    assert unsayable(planted)


@pytest.mark.parametrize("planted", ["TaskUpdater.auth_required", "HelloWorldExecutor"])
def test_other_names_are_noticed(planted: str) -> None:
    """What the SDK does not have."""
    assert unknown_to_sdk(planted)
