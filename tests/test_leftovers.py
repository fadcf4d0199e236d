"""An agent does not speak of what was not chosen: not in a file, nor in a file's name."""

import re
from functools import cache
from pathlib import Path

import pytest
from answer_sets import EVERY, every_agent
from conftest import Render, read_answers
from render_matrix import Answers, choices, questions
from rendered_files import files

# Words of what can be chosen.
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
    "kubernetes": re.compile(r"kube|kustom|make manifests|\bpods?\b|\bhelm\b", re.IGNORECASE),
    "github": re.compile(r"\.github|github actions|workflow|dependabot", re.IGNORECASE),
    "image": re.compile(r"docker(?!hub)|ghcr\.io|podman|\bcontainers?\b(?! =)", re.IGNORECASE),
    "SQLite": re.compile(r"sqlite", re.IGNORECASE),
    "Postgres": re.compile(r"postgres|\bpg_\w+|make (database|secrets)\b", re.IGNORECASE),
    "Apache-2.0": re.compile(r"\bApache\b", re.IGNORECASE),
    "MIT": re.compile(r"\bMIT\b"),
    "Proprietary": re.compile(r"proprietary|all rights reserved", re.IGNORECASE),
}
# Code and its documentation take any address of a database; what starts or deploys one does not.
ANY_STORE = (
    r"src/|tests/|deploy/kubernetes/tests/|pyproject\.toml|\.env\.example|"
    r"docs/(containers|data|disaster-recovery|first-hour|observe|runbook)\.md"
)
# What speaks of more than the agent does: the protocol's own text, the SDK's spans, alerts, which
# name a dashboard whether it is this agent's or another one's, and code that works everywhere.
EXEMPT = {
    "gRPC": ".*/observability/.*metrics.py",  # a label says of which port it is
    "JSON": ".*proto/",
    "tracing": ".*/observability/sdk_spans.py",
    "dashboards": "deploy/prometheus/|deploy/kubernetes/components/monitoring/rules.yaml",
    **dict.fromkeys(("image", "kubernetes"), "src/|tests/"),
    **dict.fromkeys(("SQLite", "Postgres"), ANY_STORE),
}
# Names and ports of what is given up are kept, for whoever takes it again.
REMEMBERED = re.compile(r"^(grpc_port|image): .*$", re.MULTILINE)
# What each choice brings; whoever adds one finds words for it, or says here that it has none.
BRINGS: dict[tuple[str, object], set[str]] = {
    ("transports", "both"): {"gRPC", "JSON"},
    ("transports", "http"): {"JSON"},
    ("transports", "grpc"): {"gRPC"},
    ("task_store", "sqlite"): {"SQLite"},
    ("task_store", "postgres"): {"Postgres"},
    ("task_store", "memory"): set(),
    ("observability", "metrics"): {"metrics"},
    ("observability", "tracing"): {"tracing"},
    ("observability", "dashboards"): {"dashboards"},
    ("deployment", "compose"): {"compose", "image"},
    ("deployment", "kubernetes"): {"kubernetes", "image"},
    ("ci", "github"): {"github"},
    ("ci", "none"): set(),
    ("license", "Apache-2.0"): {"Apache-2.0"},
    ("license", "MIT"): {"MIT"},
    ("license", "Proprietary"): {"Proprietary"},
}


# Where fewer lines than twenty are enough.
FEW = {"SQLite": 1, "Apache-2.0": 7, "MIT": 2, "Proprietary": 2}


def spared(answers: Answers) -> set[str]:
    """Return what a set of answers does without."""
    brought: set[str] = set()
    for name in questions():
        chosen = answers[name] if isinstance(answers[name], list) else [answers[name]]
        brought = brought.union(*(BRINGS[name, choice] for choice in chosen))
    return WORDS.keys() - brought


def leftovers(agent: Path, feature: str) -> list[str]:
    """List the lines and file names that speak of what the agent does not have."""
    unwanted, exempt = WORDS[feature], EXEMPT.get(feature)
    found = []
    for name, content in files(agent):
        if exempt and re.match(exempt, name):
            continue
        text = REMEMBERED.sub("", content) if name == ".copier-answers.yml" else content
        if unwanted.search(name):
            found.append(name)
        found += [f"{name}:{number}: {line}" for number, line in lines(feature, text)]
    return found


@cache
def lines(feature: str, text: str) -> list[tuple[int, str]]:
    """Return the lines of a text that speak of a feature; most texts are those of many agents."""
    unwanted = WORDS[feature]
    if not unwanted.search(text):
        return []
    numbered = enumerate(text.splitlines(), start=1)
    return [(number, line) for number, line in numbered if unwanted.search(line)]


@every_agent
def test_no_word_of_what_was_not_chosen(render: Render, answers: str, chosen: Answers) -> None:
    """Somebody who did not choose a thing never has to read about it."""
    agent = render(answers, **chosen)
    missing = spared(read_answers("default") | read_answers(answers) | chosen)

    assert [word for feature in sorted(missing) for word in leftovers(agent, feature)] == []


def test_every_choice_has_its_words() -> None:
    """A new choice brings words that are looked for where it was not chosen."""
    every = {(name, one) for name, question in questions().items() for one in choices(question)}

    assert BRINGS.keys() == every
    assert set().union(*BRINGS.values()) == WORDS.keys()


@pytest.mark.parametrize("feature", WORDS)
def test_the_words_are_the_right_ones(render: Render, feature: str) -> None:
    """Who has a thing reads its words in many places, and somebody who is tested goes without."""
    [(name, one), *_] = [choice for choice, brought in BRINGS.items() if feature in brought]
    several = isinstance(read_answers("default")[name], list)
    found = leftovers(render() if several else render(**{name: str(one)}), feature)
    every = [read_answers("default") | read_answers(answers) | chosen for answers, chosen in EVERY]

    assert len(found) > FEW.get(feature, 20)
    assert any(feature in spared(answers) for answers in every)


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
        ("image", "Dockerfile", ""),
        ("image", "README.md", "docker build ."),
        ("SQLite", "README.md", "Tasks are in SQLite."),
        ("Postgres", "Makefile", "then make database"),
        ("Apache-2.0", "LICENSE", "Apache License"),
        ("MIT", "pyproject.toml", 'license = "MIT"'),
        ("Proprietary", "LICENSE", "All rights reserved."),
    ],
)
def test_planted_leftover_is_seen(tmp_path: Path, feature: str, name: str, text: str) -> None:
    """The check above is not blind."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)

    assert len(leftovers(tmp_path, feature)) == 1
