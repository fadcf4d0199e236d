"""The list of a fleet: what it may say, and the sentence about a line that it may not."""

from pathlib import Path

import pytest
from fleet.agents import Agent, read_fleet
from fleet.programs import FleetError

TEMPLATE = 'template = "gh:org/a2a-template"\n'


def test_agents_are_read(tmp_path: Path) -> None:
    """An entry is an address, or a table; groups are tables, and short forms are written out."""
    file = tmp_path / "agents.toml"
    file.write_text(
        TEMPLATE + '[canary]\nhello = "gh:org/hello"\nnear = "repositories/near"\n'
        '[rest.billing]\nurl = "git@example.com:org/all"\nbranch = "next"\nfolder = "a/billing"\n'
    )
    fleet = read_fleet(file)

    assert fleet.template == "https://github.com/org/a2a-template.git"
    assert fleet.agents == [
        Agent(name="hello", group="canary", url="https://github.com/org/hello.git"),
        Agent(name="near", group="canary", url=str(tmp_path / "repositories/near")),
        Agent(
            name="billing",
            group="rest",
            url="git@example.com:org/all",
            branch="next",
            folder="a/billing",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", '1: Name the template first: template = "gh:org/a2a-template".'),
        (TEMPLATE, "1: The list has no agents."),
        (TEMPLATE + "[one]\nhello = \n", "3: This is not TOML: Invalid value"),
        (TEMPLATE + 'hello = "gh:org/hello"\n', "2: Write [hello] above the agents of that group."),
        (TEMPLATE + "[one]\n\nhello = 1\n", "4: Give hello an address, or a table of texts."),
        (TEMPLATE + "[one]\nhello = {}\n", "3: Give hello the url of its repository."),
        (TEMPLATE + '[one]\nhello = "--upload-pack=x"\n', "3: Give hello the url"),
        (TEMPLATE + '[one]\nhello = {url = "u", branch = "-x"}\n', "3: The branch of hello"),
        (TEMPLATE + '[one]\n"../x" = "u"\n', "3: Name '../x' with letters, digits,"),
        (TEMPLATE + '[one]\nx = "u"\n[two]\n\nx = "u"\n', "6: x is in one already."),
        (TEMPLATE + '[one]\nx = {url = "u", folder = "../y"}\n', "3: The folder of x has to be"),
        (
            TEMPLATE + '[one]\nx = {url = "u", ref = "y"}\n',
            "3: x may have branch, folder, url, and not ref.",
        ),
        (TEMPLATE + "[one.x]\nbranch = 'y'\n", "2: Give x the url of its repository."),
    ],
)
def test_bad_line_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    """The sentence begins with the file and the line."""
    file = tmp_path / "agents.toml"
    file.write_text(text)

    with pytest.raises(FleetError) as told:
        read_fleet(file)
    assert str(told.value).startswith(f"{file}:{sentence}")


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file"), (b"\xff", "it is not text in UTF-8")]
)
def test_list_that_cannot_be_read(tmp_path: Path, content: bytes | None, why: str) -> None:
    """There is no line to name."""
    file = tmp_path / "agents.toml"
    if content:
        file.write_bytes(content)

    with pytest.raises(FleetError, match=f"agents.toml cannot be read: {why}"):
        read_fleet(file)


def test_choice_of_what_is_not_listed(tmp_path: Path) -> None:
    """Nobody believes that an agent was updated which is spelled in another way."""
    file = tmp_path / "agents.toml"
    file.write_text(TEMPLATE + '[one]\nx = "u"\n[two]\ny = "u"\n')
    fleet = read_fleet(file)

    with pytest.raises(FleetError, match="z is not in the list, which has x, y"):
        fleet.chosen([], ["z"])
    assert [agent.name for agent in fleet.chosen(["two"], [])] == ["y"]
    assert fleet.chosen(["two"], ["x"]) == []
