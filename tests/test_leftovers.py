"""An agent does not speak of what was not chosen: not in a file, nor in a file's name."""

import re
from pathlib import Path

import pytest
from conftest import ANSWERS, Render, read_answers

# Words of each transport and of each way to look into an agent.
WORDS = {
    "gRPC": re.compile(
        r"grpc|50051|\.proto\b(?!\.)|protoc\b|(?<!asyncpg-)\bstubs?\b|\bbuf\b", re.IGNORECASE
    ),
    "JSON": re.compile(r"(?i:json.?rpc|json_routes)|\bREST\b|HTTP\+JSON|message:(send|stream)"),
    "metrics": re.compile(
        r"prometheus|alertmanager|promtool|/metrics|\bmetrics?\b|monitoring", re.IGNORECASE
    ),
    "tracing": re.compile(
        r"opentelemetry|otlp|jaeger|traceparent|\btraces\b|tracing", re.IGNORECASE
    ),
    "dashboards": re.compile(r"grafana", re.IGNORECASE),
    "compose": re.compile(r"\bcompose\b|make (up|down|logs)\b", re.IGNORECASE),
    "kubernetes": re.compile(r"kube|kustom|make manifests", re.IGNORECASE),
    "github": re.compile(r"\.github|github actions|workflow|dependabot", re.IGNORECASE),
}
# What speaks of more than the agent does: the protocol's own text, the SDK's spans, alerts, which
# name a dashboard whether it is this agent's or another one's, and code that works everywhere.
EXEMPT = {
    "JSON": ".*proto/",
    "tracing": ".*/observability/sdk_spans.py",
    "dashboards": "deploy/prometheus/|deploy/kubernetes/components/monitoring/rules.yaml",
    "kubernetes": "src/|tests/",
}


def spared(answers: str) -> set[str]:
    """Return what a set of answers does without."""
    chosen = read_answers(answers)
    features = {"metrics", "tracing", "dashboards"} - set(chosen["observability"])
    transport = {"http": {"gRPC"}, "grpc": {"JSON"}, "both": set()}[chosen["transports"]]
    places = {"compose", "kubernetes"} - set(chosen["deployment"])
    return features | transport | places | ({"github"} - {chosen["ci"]})


SPARED = [(answers, feature) for answers in ANSWERS for feature in sorted(spared(answers))]


def leftovers(agent: Path, feature: str) -> list[str]:
    """List the lines and file names that speak of what the agent does not have."""
    unwanted, exempt = WORDS[feature], EXEMPT.get(feature)
    found = []
    for path in sorted(agent.rglob("*")):
        name = str(path.relative_to(agent))
        if exempt and re.match(exempt, name):
            continue
        if unwanted.search(name):
            found.append(name)
        if path.is_file():
            lines = enumerate(path.read_text().splitlines(), start=1)
            found += [f"{name}:{number}: {line}" for number, line in lines if unwanted.search(line)]
    return found


@pytest.mark.parametrize(("answers", "feature"), SPARED)
def test_no_word_of_what_was_not_chosen(render: Render, answers: str, feature: str) -> None:
    """Somebody who did not choose a thing never has to read about it."""

    assert leftovers(render(answers), feature) == []


@pytest.mark.parametrize("feature", WORDS)
def test_the_words_are_the_right_ones(render: Render, feature: str) -> None:
    """An agent with everything uses every kind of word that is looked for."""
    found = leftovers(render("default"), feature)

    assert len(found) > 20
    assert feature in {one for _, one in SPARED}


@pytest.mark.parametrize(
    ("feature", "name", "text"),
    [
        ("gRPC", "src/grpc_server.py", ""),
        ("gRPC", "README.md", "Call it over gRPC."),
        ("gRPC", "pyproject.toml", '"grpcio-tools>=1.85"'),
        ("gRPC", "Makefile", "stubs: ## compile"),
        ("gRPC", ".env.example", "PORT=50051"),
        ("JSON", "src/json_routes.py", ""),
        ("JSON", "README.md", "Call it over JSON-RPC."),
        ("JSON", "README.md", "The REST side:"),
        ("JSON", "docs/first-hour.md", "curl localhost:8000/v1/message:send"),
        ("metrics", "pyproject.toml", '"prometheus-client>=0.26"'),
        ("metrics", ".env.example", "# A2A_MONITORING_ENABLED=true"),
        ("metrics", "compose.yaml", "  alertmanager:"),
        ("tracing", "src/traces.py", ""),
        ("tracing", ".env.example", "# A2A_OTLP_ENDPOINT="),
        ("dashboards", "deploy/grafana", ""),
        ("dashboards", "README.md", "Open Grafana at"),
        ("compose", "compose.yaml", ""),
        ("compose", "README.md", "then `make up`"),
        ("kubernetes", "docs/kubernetes.md", ""),
        ("kubernetes", "Makefile", "kubectl apply"),
        ("kubernetes", "Makefile", "manifests: ## make manifests"),
        ("github", ".github", ""),
        ("github", "README.md", "See the workflow."),
    ],
)
def test_planted_leftover_is_seen(tmp_path: Path, feature: str, name: str, text: str) -> None:
    """The check above is not blind."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)

    assert len(leftovers(tmp_path, feature)) == 1
