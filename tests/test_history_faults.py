"""The faults of the history checker: what is broken is broken, and what is healed is well."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from fault_proxy import Proxy
from fault_schedule import Fault, schedule
from history_records import CUT, DATABASE, FREEZE, HANG, KILL, MUTE, REFUSE, STOP
from history_script import Script

LEASE_SECONDS = 5.0
PROMPT_SECONDS = 0.2


def of_seed(seed: int, *, seconds: float = 600) -> list[Fault]:
    """Those of three replicas, for ten minutes unless told otherwise."""
    names = ["a", "b", "c"]
    return schedule(seed, seconds=seconds, replicas=names, lease_seconds=LEASE_SECONDS, shared=True)


def test_schedule_follows_from_the_seed() -> None:
    """A run can be repeated, and another seed is another run."""
    assert of_seed(1) == of_seed(1)
    assert of_seed(1) != of_seed(2)


def test_schedule_breaks_everything_in_every_way() -> None:
    """Short and long, each replica and the database."""
    faults = of_seed(1)
    kinds = Counter((fault.kind, fault.target == DATABASE) for fault in faults)

    assert set(kinds) == {
        *((kind, True) for kind in (KILL, STOP, FREEZE)),
        *((kind, False) for kind in (KILL, STOP, FREEZE, CUT, REFUSE, HANG, MUTE)),
    }
    assert {fault.target for fault in faults} == {"a", "b", "c", DATABASE}
    assert {fault.seconds > LEASE_SECONDS for fault in faults} == {True, False}


def test_no_schedule_spares_the_database() -> None:
    """Not even a short one."""
    targets = [{fault.target for fault in of_seed(seed, seconds=20)} for seed in range(100)]

    assert all(DATABASE in each for each in targets)


def test_one_replica_is_only_asked_for_what_it_can_survive() -> None:
    """Without a server there is nothing between the replica and its database."""
    faults = schedule(1, seconds=600, replicas=["a"], lease_seconds=LEASE_SECONDS, shared=False)

    assert {fault.kind for fault in faults} == {KILL, STOP, FREEZE}
    assert {fault.target for fault in faults} == {"a"}


def test_each_message_has_an_answer_of_its_own() -> None:
    """So that a piece that belongs elsewhere is noticed."""
    script = Script.read("chat 3")

    assert script.text == "chat 3"
    assert script.answer("m") == "m#0 m#1 m#2 "
    assert script.answer("m") != script.answer("n")


async def talk(proxy: Proxy, break_it: Callable[[], None]) -> tuple[str, list[bytes]]:
    """What a connection through the proxy comes to, and what the server gets to read."""
    heard: list[bytes] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(100):
                heard.append(data)
                writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy.target_port = server.sockets[0].getsockname()[1]
    async with proxy.running():
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"before")
        await reader.readexactly(len(b"before"))
        break_it()
        outcome = await _ask(reader, writer, b"during")
        proxy.heal()
        if outcome == "silence":
            outcome += f", then {(await reader.read(100)).decode()}"
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    server.close()
    return outcome, heard


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> str:
    try:
        writer.write(data)
        return (await asyncio.wait_for(reader.read(100), PROMPT_SECONDS)).decode() or "the end"
    except TimeoutError:
        return "silence"
    except OSError:
        return "the end"


@pytest.mark.parametrize(
    ("kind", "outcome", "heard"),
    [
        ("heal", "during", [b"before", b"during"]),
        ("cut", "the end", [b"before"]),
        ("refuse", "the end", [b"before"]),
        ("hang", "silence, then during", [b"before", b"during"]),
        ("mute", "silence, then during", [b"before", b"during"]),
    ],
)
def test_proxy_comes_between(kind: str, outcome: str, heard: list[bytes]) -> None:
    """Told of at once, or not at all; nothing that was passed on is lost."""
    proxy = Proxy(0)

    assert asyncio.run(talk(proxy, getattr(proxy, kind))) == (outcome, heard)


def test_mute_database_does_what_it_is_asked_for() -> None:
    """From the bytes on that it was set for, and not before."""
    proxy = Proxy(0)

    def from_there_on() -> None:
        proxy.mute(b"during")

    outcome, heard = asyncio.run(talk(proxy, from_there_on))

    assert outcome == "silence, then during"
    assert heard == [b"before", b"during"]


def test_slow_database_answers_later() -> None:
    """But it does answer."""
    proxy = Proxy(0)

    def slowly() -> None:
        proxy.delay(2 * PROMPT_SECONDS)

    outcome, heard = asyncio.run(talk(proxy, slowly))

    assert outcome == "silence, then during"
    assert heard == [b"before", b"during"]
