"""PromQL of the agent and the replicas that are chosen in the dashboard."""

CHOSEN = 'job=~"$agent", instance=~"$instance"'


def series(metric: str, *matchers: str) -> str:
    return f"{metric}{{{', '.join((CHOSEN, *matchers))}}}"


def total(inner: str, *by: str) -> str:
    """Add up what replicas say; `by` are labels to keep beside the agent's name."""
    return f"sum by ({', '.join(('job', *by))}) ({inner})"


def rate(counter: str, *by: str, only: str = "") -> str:
    """How often it happens, in events a second; `only` is a matcher such as `outcome="ok"`."""
    matchers = (only,) if only else ()
    return total(f"rate({series(counter, *matchers)}[$__rate_interval])", *by)


def quantile(share: float, histogram: str, *by: str, only: str = "") -> str:
    buckets = rate(f"{histogram}_bucket", "le", *by, only=only)
    return f"histogram_quantile({share}, {buckets})"


def share(part: str, whole: str) -> str:
    """A part of a whole, from 0 to 1; a part that has never happened counts as none."""
    return f"({part} or 0 * {whole}) / {whole}"


def split(parts: str, whole: str) -> str:
    """Each part's share of the agent's whole, from 0 to 1."""
    return f"{parts} / on (job) group_left () {whole}"
