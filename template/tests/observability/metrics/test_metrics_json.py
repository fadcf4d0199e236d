"""What only callers over HTTP can get wrong is counted as well."""

import pytest

from ...agents import running
from ...callers import http_client
from .scrapes import everything, scrape, series

VERSION = {"A2A-Version": "1.0"}
ADDRESSES = {"jsonrpc": "/", "rest": "/v1/message:send"}


@pytest.mark.parametrize(("body", "reason"), [(b"{", "parse"), (b"x" * 2000, "size")])
async def test_requests_that_are_no_calls(body: bytes, reason: str) -> None:
    """They have no operation, and are counted where none is needed."""
    async with running(max_body_bytes=1000) as agent, http_client(headers=VERSION) as http:
        for address in ADDRESSES.values():
            await http.post(agent.address + address, content=body)
        refused = await scrape(agent, "a2a_refusals_total", "a2a_requests_total")

    assert refused == {
        series("a2a_refusals_total", transport=transport, reason=reason): 1
        for transport in ADDRESSES
    }


async def test_methods_and_paths_add_no_series() -> None:
    """Callers may invent as many as they like."""
    sizes = []
    async with running() as agent, http_client(headers=VERSION) as http:
        for number in range(6):
            call = {"jsonrpc": "2.0", "id": number, "method": f"Sing{number}", "params": {}}
            await http.post(f"{agent.address}/", json=call)
            await http.post(f"{agent.address}/v1/message:sing{number}", json={})
            await http.get(f"{agent.address}/{number}")
            sizes.append(len(await everything(agent)))

    assert sizes == sizes[:1] * 6
