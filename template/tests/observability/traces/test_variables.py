"""Variables that the libraries for spans read by themselves."""

from pathlib import Path

import pytest

from ...processes import slow_agent


async def test_keys_in_mistyped_variables_are_not_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The warning is worth a line, the key of the collector is not."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb hunter2")
    async with slow_agent(tmp_path, otlp_endpoint="http://127.0.0.1:9") as agent:
        log = agent.log.read_text()

    assert "Header format invalid" in log
    assert "hunter2" not in log
