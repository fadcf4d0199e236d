"""The table of a fleet: each agent has a row, and no row lies."""

import json
from pathlib import Path

import pytest
from fleet.programs import FleetError, clean, run
from fleet.versions import missing, place
from fleets import HOST, SECRET, TEMPLATE, World, make_world

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path) -> World:
    """One agent of the first release, which is two behind."""
    world = make_world(tmp_path / "world")
    world.agent("hello-agent")
    world.name_agents(f'template = "{TEMPLATE}"\n[canary]\nhello-agent = "{HOST}hello-agent"\n')
    return world


def add(world: World, *entries: str) -> None:
    """Add a group to the list."""
    file = world.folder / "agents.toml"
    file.write_text(file.read_text() + "[rest]\n" + "\n".join(entries) + "\n")


def test_releases_are_counted(world: World) -> None:
    """An agent lacks those after its own, also in a folder, on a branch, or made between releases."""
    world.agent("greeter", "v1.1.0")
    world.agent("mono", "v1.1.0", inside="agents/billing")
    world.agent("ahead", "v2.0.0")
    world.commit("ahead", {".copier-answers.yml": answers("v2.0.0-3-g0123abc")})
    add(
        world,
        f'greeter = {{url = "{HOST}greeter", branch = "main"}}',
        f'billing = {{url = "{HOST}mono", folder = "agents/billing"}}',
        f'ahead = "{HOST}ahead"',
    )
    rows = world.rows("status")

    assert {name: (row["version"], row["behind"], row["state"]) for name, row in rows.items()} == {
        "hello-agent": ("v1.0.0", 2, "behind"),
        "greeter": ("v1.1.0", 1, "behind"),
        "billing": ("v1.1.0", 1, "behind"),
        "ahead": ("v2.0.0-3-g0123abc", 0, "current"),
    }


def answers(version: str, source: str = TEMPLATE) -> str:
    """The file in which an agent says what it is made of."""
    return f"_commit: {version}\n_src_path: {source}\n"


@pytest.mark.parametrize(
    ("file", "state", "note"),
    [
        (None, "no agent", "It has no .copier-answers.yml."),
        ("<<<<<<< before updating\n", "unknown", "Repair .copier-answers.yml: no version"),
        (answers("0123abc"), "unknown", "The template has not released 0123abc."),
        (answers("v9.9.9"), "unknown", "The template has not released v9.9.9."),
        (answers("v2.0.0rc1"), "unknown", "The template has not released v2.0.0rc1."),
        (
            answers("v2.0.0", f"https://u:{SECRET}@example.com/x"),
            "unknown",
            "It is made of another template, https://example.com/x.",
        ),
    ],
)
def test_agent_of_no_known_version_is_not_current(
    world: World, file: str | None, state: str, note: str
) -> None:
    """A row says that it does not know."""
    world.commit("hello-agent", {".copier-answers.yml": file})
    ended = world.run("status", "--format", "json")
    row = ended.rows["hello-agent"]

    assert (row["state"], row["behind"], ended.code) == (state, None, 1)
    assert row["note"].startswith(note)


def test_what_cannot_be_reached_is_a_row(world: World) -> None:
    """The others have theirs, and nobody is asked for a password."""
    add(world, f'gone = "https://u:{SECRET}@127.0.0.1:1/gone"', 'nowhere = "nowhere"')
    ended = world.run("status", "--format", "json")
    states = {name: row["state"] for name, row in ended.rows.items()}

    assert ended.code == 1
    assert states == {"hello-agent": "behind", "gone": "unreachable", "nowhere": "unreachable"}
    assert ended.rows["nowhere"]["note"].startswith("git clone: ")
    assert SECRET not in ended.out + ended.err


def test_exit_code_says_whether_all_are_current(world: World) -> None:
    """A pipeline needs no table; the newest release is the one that is asked about."""
    world.agent("current", "v2.0.0")
    add(world, f'current = "{HOST}current"')
    codes = [
        world.run("status", *words).code
        for words in ((), ("--only", "current"), ("--group", "canary"), ("--to", "v1.0.0"))
    ]

    assert codes == [1, 0, 1, 1]
    assert world.run("status", "--only", "hello-agent", "--to", "v1.0.0").code == 0


def test_unlike_answers_are_shown(world: World) -> None:
    """They are those of fewer than half of the agents, and of questions with choices."""
    world.agent("second", "v2.0.0", agent_name="Second")
    world.agent("third", "v2.0.0", transports="http")
    add(world, f'second = "{HOST}second"', f'third = "{HOST}third"')
    unlike = {name: row["unlike"] for name, row in world.rows("status").items()}

    assert unlike == {"hello-agent": "", "second": "", "third": "transports: http"}


def test_formats_hold_the_same(world: World) -> None:
    """People, summaries of jobs and programs read the same words; what agents say stays text."""
    world.commit("hello-agent", {".copier-answers.yml": answers('"v1|<b>\\u001b[1m"')})
    text, markdown, programs = (
        world.run("status", "--format", form).out for form in ("text", "markdown", "json")
    )

    assert "v1|<b> [1m" in text
    assert "| v1\\|\\<b\\> \\[1m |" in markdown
    assert json.loads(programs)[0]["version"] == "v1|<b> [1m"
    assert "\x1b" not in text + markdown + programs


def test_long_note_does_not_widen_the_table(world: World) -> None:
    """It stands whole below a table that fits where nobody says how wide a line may be."""
    source = f"https://example.com/{'long/' * 30}"
    world.commit("hello-agent", {".copier-answers.yml": answers("v1.0.0", source)})
    table, _, note = world.run("status").out.partition("\n\n")

    assert max(map(len, table.splitlines())) <= 100
    assert note == f"  hello-agent: It is made of another template, {source}.\n"


def test_long_answers_are_wrapped(world: World) -> None:
    """A team that chose many things otherwise has a table of several lines."""
    names = ("second", "third", "fourth")
    for name in names:
        world.agent(name, "v2.0.0")
    answered = "".join(f"{question}: {'x' * 30}\n" for question in ("task_store", "ci", "license"))
    usual = "task_store: a\nci: a\nlicense: a\n"
    for name, given in zip(names, (usual, usual, answered), strict=True):
        world.commit(name, {".copier-answers.yml": answers("v2.0.0") + given})
    add(world, *(f'{name} = "{HOST}{name}"' for name in names))
    said = world.run("status").out

    assert said.count("x" * 30) == 3
    assert max(map(len, said.splitlines())) <= 100


def test_what_prevents_any_table_is_one_sentence(world: World) -> None:
    """The exit code is another than that of an agent which is behind."""
    nobody, no_release = (
        world.run("status", *words) for words in (("--only", "x"), ("--to", "v3.0.0"))
    )
    world.name_agents('template = "nowhere"\n[one]\nx = "x"\n')
    no_template = world.run("status")

    assert (nobody.code, no_release.code, no_template.code) == (2, 2, 2)
    assert nobody.err == "x is not in the list, which has hello-agent.\n"
    assert no_release.err == "v3.0.0 is not released; these are: v1.0.0, v1.1.0, v2.0.0.\n"
    assert no_template.err.startswith("git ls-remote: ")
    assert no_template.err.count("\n") == 1


def test_releases_are_sorted_by_their_numbers() -> None:
    """The tenth is newer than the ninth."""
    released = ["v1.9.0", "v1.10.0"]

    assert missing("v1.9.0", released) == ["v1.10.0"]
    assert missing("v1.10.0", released) == []
    assert missing("v1.1.0", released) is None


@pytest.mark.parametrize(
    "url",
    [
        "gh:org/it",
        "https://github.com/org/it",
        f"https://u:{SECRET}@github.com/org/it.git",
        "git@github.com:org/it.git",
        "ssh://git@github.com/org/it/",
        "git+https://github.com/org/it.git",
    ],
)
def test_addresses_of_one_place(url: str) -> None:
    """Agents were made from different addresses of the same template."""

    assert place(url) == "github.com/org/it"


def test_credentials_are_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither as a part of an address nor by their value."""
    monkeypatch.setenv("GH_TOKEN", "ghs_1")
    said = clean(f"https://u:{SECRET}@x/y, ssh://git:{SECRET}@@z/y and ghs_1")

    assert said == "https://x/y, ssh://z/y and ***"


def test_programs_end() -> None:
    """A program that hangs is ended with what it has started, and the sentence says which."""

    with pytest.raises(FleetError, match=r"^sh -c took more than 0.2 seconds\.$"):
        run("sh", "-c", "sleep 600 & wait", seconds=0.2)
