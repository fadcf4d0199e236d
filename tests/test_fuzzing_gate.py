"""Who is not let in learns that, and nothing else."""

import pytest
from hostile import Hostile, harmless
from hostile_credentials import FORGED, ODD_HEADERS, forged
from hostile_http2 import ask
from hostile_json import broken, calls, odd_bodies
from hostile_messages import SERVICE, requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest_plugins = ["hostile_agents"]
pytestmark = [
    pytest.mark.lab,
    pytest.mark.usefixtures("unharmed"),
    pytest.mark.parametrize("agent", ["guarded"], indirect=True),
]

BOUNDED = settings(
    max_examples=200,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
CALL = b'{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"nobody"}}'
OUTSIDE = [401, 401, b"16"]
# The task is not there; an empty id is refused earlier.
INSIDE = [404, 200, b"3"]
WITHOUT_SCOPE = [403, 403, b"7"]
OTHER_VERSION = [400, 200, b"9"]


def statuses(agent: Hostile, *headers: tuple[bytes, bytes]) -> list[int | bytes | None]:
    """Ask for a task over each binding; return the statuses."""
    rest = agent.strangers.get("/v1/tasks/nobody", headers=headers)
    rpc = agent.strangers.post("/", content=CALL, headers=headers)
    call = ask(agent.grpc_port, *headers)
    for text in (rest.text, rpc.text, str(rest.headers), str(rpc.headers), str(call)):
        harmless(text)
    return [rest.status_code, rpc.status_code, call.get(b"grpc-status")]


def test_good_credentials(agent: Hostile) -> None:
    """They let in, so that what follows is refused for what it says."""
    assert statuses(agent, (b"authorization", b"Bearer " + agent.token.encode())) == INSIDE


@pytest.mark.parametrize("value", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("name", [b"authorization", b"x-api-key"])
def test_forged_credentials(agent: Hostile, name: bytes, value: bytes) -> None:
    """No binding believes them, or falls over them."""
    assert statuses(agent, (name, value)) == OUTSIDE


@BOUNDED
@given(data=st.data())
def test_any_token(agent: Hostile, data: st.DataObject) -> None:
    """Whatever it says, and wherever a good one was changed."""
    value = data.draw(forged(b"Bearer " + agent.token.encode()))

    assert statuses(agent, (b"authorization", value)) == OUTSIDE


def test_signed_nonsense(agent: Hostile, nonsense: list[str]) -> None:
    """An issuer may have its faults; they are not those of the agent."""
    for token in nonsense:
        found = statuses(agent, (b"authorization", b"Bearer " + token.encode()))

        assert found in (OUTSIDE, WITHOUT_SCOPE, INSIDE), token


@pytest.mark.parametrize("header", ODD_HEADERS.values(), ids=ODD_HEADERS)
def test_odd_headers_of_a_call(agent: Hostile, header: tuple[bytes, bytes]) -> None:
    """Those that are read before anybody is let in."""
    good = (b"authorization", b"Bearer " + agent.token.encode())

    assert statuses(agent, header) == OUTSIDE
    assert statuses(agent, good, header) in (OTHER_VERSION, INSIDE)


@pytest.mark.parametrize("body", odd_bodies().values(), ids=odd_bodies())
def test_odd_bodies_of_strangers(agent: Hostile, body: bytes) -> None:
    """They are refused for who sends them; nobody looks into them."""
    for path in ("/", "/v1/message:send", "/v1/message:stream"):
        answer = agent.strangers.post(path, content=body)

        harmless(answer.text)
        assert answer.status_code == 401


@BOUNDED
@given(body=st.one_of(calls(), broken()))
def test_any_json_of_strangers(agent: Hostile, body: bytes) -> None:
    """The same for any body."""
    assert agent.strangers.post("/", content=body).status_code == 401


@BOUNDED
@given(request=requests())
def test_any_message_of_strangers(agent: Hostile, request: tuple[str, bytes]) -> None:
    """The same for any message, whether it can be read or not."""
    name, raw = request

    assert agent.status_of(f"/{SERVICE.full_name}/{name}", raw, known=False) == "UNAUTHENTICATED"
