"""What a release may never do to copier.yml, compared with that of the release before."""

from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import Any

from release_migrations import migrations
from render_matrix import choices

Configuration = dict[str, Any]

RUNS = ["_tasks", "_jinja_extensions", "_external_data"]


def trust(new: Configuration) -> Iterator[str]:
    """Yield what would make Copier ask for trust."""
    for name in RUNS:
        if name in new:
            yield (
                f"Take {name} out of copier.yml: every later update from such a version asks for "
                "--trust, even when it is gone again."
            )


def early(new: Configuration) -> Iterator[str]:
    """Yield what Copier reads before it knows the answers, and that needs one."""
    for name in ("_skip_if_exists", "_message_before_copy", "_message_before_update"):
        if "{{" in str(new.get(name, "")):
            yield (
                f"Write {name} without answers, which are not known yet when Copier reads it: "
                "updates would fail."
            )


def stored(configuration: Configuration) -> Configuration:
    """Return the questions whose answers agents keep."""
    return {
        name: question
        for name, question in configuration.items()
        if not name.startswith("_") and question.get("when") is not False
    }


def removed_questions(old: Configuration, new: Configuration) -> Iterator[str]:
    """Yield questions whose answers would be forgotten."""
    for name in stored(old).keys() - stored(new).keys():
        yield f"Keep the question {name}: an update would forget what owners answered."


def removed_choices(old: Configuration, new: Configuration) -> Iterator[str]:
    """Yield choices that owners have made and could not make any more."""
    for name, question in both(old, new):
        for choice in choices(question):
            if (offered := choices(new[name])) and choice not in offered:
                yield (
                    f"Keep the choice {choice} of {name}: an update would give owners who made "
                    "it the default, without a word."
                )


def changed_types(old: Configuration, new: Configuration) -> Iterator[str]:
    """Yield questions whose answers would be read as something else."""
    for name, question in both(old, new):
        if kind(question) != kind(new[name]):
            yield (
                f"Ask a new question instead of changing the type of {name}: "
                "an update would replace its answers by the default, without a word."
            )


def kind(question: Configuration) -> tuple[str, bool]:
    """Return what an answer is."""
    return question.get("type", "yaml"), question.get("multiselect", False)


def defaults(old: Configuration, new: Configuration) -> Iterator[str]:
    """Yield questions that nobody would answer, or that were answered otherwise."""
    for name, question in stored(new).items():
        if "default" not in question:
            yield f"Give {name} a default: `copier update --defaults` fails without."
    for name, question in both(old, new):
        if question.get("ask") is False and question.get("default") != new[name].get("default"):
            yield (
                f"Keep the default of {name}: nobody is asked for it, so agents of the same answers "
                "would differ by when they were made."
            )


def settings(old: Configuration, new: Configuration) -> Iterator[str]:
    """Yield what agents rely on beside the questions."""
    if old.get("_answers_file") != new.get("_answers_file"):
        yield "Keep _answers_file: an update would not find the answers of any agent."
    if release(new) < release(old):
        yield (
            "Raise _min_copier_version or keep it: older ones would build something else, "
            "without a word."
        )
    for line in old.get("_skip_if_exists", []):
        if line not in new.get("_skip_if_exists", []):
            yield f"Keep {line} in _skip_if_exists: an update would write into what is the owners'."


def release(configuration: Configuration) -> tuple[int, ...]:
    """Return what versions of Copier are compared by."""
    return tuple(map(int, configuration.get("_min_copier_version", "0").split(".")))


def both(old: Configuration, new: Configuration) -> Iterator[tuple[str, Configuration]]:
    """Yield the former questions that are still asked."""
    still = stored(old).keys() & stored(new).keys()
    return ((name, old[name]) for name in old if name in still)


COMPARISONS: list[Callable[[Configuration, Configuration], Iterator[str]]] = [
    removed_questions,
    removed_choices,
    changed_types,
    defaults,
    settings,
]


def objections(
    old: Configuration | None, new: Configuration, released: Collection[str]
) -> Iterator[str]:
    """Yield what is against a release, each in a sentence that says what to do."""
    yield from trust(new)
    yield from early(new)
    yield from migrations(new, released)
    yield from chain.from_iterable(compare(old or new, new) for compare in COMPARISONS)
