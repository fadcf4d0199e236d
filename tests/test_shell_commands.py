"""What a script runs is found wherever bash would run it."""

import pytest
from shell_commands import commands


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("cd . && make", ["cd .", "make"]),
        ("if test -f a; then (b); else c | d; fi", ["test -f a", "b", "c", "d"]),
        ('echo "$(make "`whoami`")"', ['echo "$(make "`whoami`")"', 'make "`whoami`"', "whoami"]),
        ('a=$(make) b <<< "$d" > "$c"', ["a=$(make) b", "make", '> "$c"']),
        ("diff <(make) /dev/null", ["diff <(make) /dev/null", "make"]),
        ("a() { make; }; cat <<E\n$(b)\nE", ["make", "cat", "b"]),
        ("export PATH=.", ["export PATH=."]),
        ("a \\\n  --b", ["a --b"]),
        ("a # make\n'b c'", ["a", "'b c'"]),
    ],
)
def test_commands(script: str, expected: list[str]) -> None:
    """In lists, substitutions, functions and documents, with what they write to."""

    assert list(commands(script)) == expected


def test_what_cannot_be_read_is_said() -> None:
    """A script that the grammar does not know is no script without commands."""

    assert "(unreadable)" in next(commands("if then ("))
