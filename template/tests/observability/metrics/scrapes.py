"""Scrapes of an agent, as Prometheus makes them."""

import asyncio

import httpx

from ...agents import Agent
from ...callers import http_client
from ...processes import PATIENCE_SECONDS

Values = dict[str, float]

CALLS = ("a2a_requests_total", "a2a_request_duration_seconds_count")


def series(name: str, **labels: str) -> str:
    """A series as the page has it."""
    pairs = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{pairs}}}" if pairs else name


def calls(transport: str, *, times: float = 1, **outcomes: str) -> Values:
    """What calls of these operations, with these outcomes, leave behind."""
    return {
        series(name, operation=operation, transport=transport, outcome=outcome): times
        for operation, outcome in outcomes.items()
        for name in CALLS
    }


async def page(agent: Agent, accept: str = "*/*", **headers: str) -> httpx.Response:
    """The answer to a scrape."""
    async with http_client(headers={"Accept": accept, **headers}) as http:
        return await http.get(f"http://localhost:{agent.settings.ops_port}/metrics")


async def everything(agent: Agent) -> Values:
    """Each series of the page."""
    text = (await page(agent)).text
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


async def scrape(agent: Agent, *names: str) -> Values:
    """The series of these metrics that are not 0."""
    found = await everything(agent)
    return {name: value for name, value in found.items() if value and name.split("{")[0] in names}


async def settled(agent: Agent, expected: Values, *names: str) -> Values:
    """The same, and as expected in the end: some of it is counted behind the caller's back."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while (found := await scrape(agent, *names)) != expected:
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.02)
    return found
