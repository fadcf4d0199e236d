"""When a certificate ends is told for each port, and told anew when it is exchanged."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from ...agents import running
from ...security.mounts import Volume
from .scrapes import scrape, series, settled

ENDS = "a2a_certificate_expiry_timestamp_seconds"
AUTHORITY = trustme.CA()


async def test_the_end_of_each_certificate(tmp_path: Path) -> None:
    """On each port that callers reach, and however often it changes."""
    now = datetime.now(UTC).replace(microsecond=0)
    ends = [now + timedelta(days=days) for days in (10, 20, 30)]
    leaves = [AUTHORITY.issue_cert("localhost", not_after=end) for end in ends]
    mount = Volume(tmp_path, leaves[0])
    found = []
    async with running(tls_cert_file=str(mount.cert), tls_key_file=str(mount.key)) as agent:
        names = [name for name in type(agent.settings).model_fields if name.endswith("_port")]
        ports = {name.removesuffix("_port") for name in names} - {"ops"}
        expected = [{series(ENDS, port=port): end.timestamp() for port in ports} for end in ends]
        found.append(await scrape(agent, ENDS))
        for leaf, end in zip(leaves[1:], expected[1:], strict=True):
            mount.put(leaf)
            found.append(await settled(agent, end, ENDS))

    assert found == expected


async def test_without_a_certificate_nothing_ends() -> None:
    """Nobody is woken for a certificate that is not there."""
    async with running() as agent:
        assert await scrape(agent, ENDS) == {}
