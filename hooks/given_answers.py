"""From what cookiecutter was told to what Copier is told."""

import re
import sys
from typing import Any

Context = dict[str, Any]
Answers = dict[str, str | list[str]]


def given_answers(context: Context, offered: Context) -> Answers:
    """Return the answers by question; those that Copier shall derive are left out.

    `context` has the answers, `offered` what stood there before anything was asked.
    """
    refuse_what_was_evaluated(context, offered)
    derived = context["_derived"]
    answers: Answers = {
        name.removeprefix("_"): context[name]
        for name in context
        if (name in derived or not name.startswith("_")) and context[name] != derived.get(name)
    }
    for name, choices in context["_several"].items():
        if isinstance(offered[name], list):
            sys.exit(f"Write {name} as one text, with commas: {', '.join(choices)}.")
        answers[name] = chosen(name, context[name], choices)
    return answers


def refuse_what_was_evaluated(context: Context, offered: Context) -> None:
    """Cookiecutter takes its command line and its configuration for Jinja, unlike what is typed."""
    for name, text in offered.items():
        if isinstance(text, str) and "{{" in text and context[name] != text:
            sys.exit(
                f"Cookiecutter evaluates the braces in {name}: type the answer when it is asked, "
                "or generate with `copier copy`."
            )


def chosen(name: str, text: str, choices: list[str]) -> list[str]:
    """Return the choices that a text names, in the order in which they are offered."""
    words = re.findall(r"[^,\s]+", text.lower())
    words = [] if words == ["none"] else words
    if unknown := [word for word in words if word not in choices]:
        offer = ", ".join(choices)
        sys.exit(f"Choose {name} from {offer}, or write none: {unknown[0]} is not known.")
    return [choice for choice in choices if choice in words]


def as_yaml(answers: Answers) -> str:
    """Write answers for Copier, so that nothing in them can be read as anything but text."""
    return "".join(f"{name}: {written(answer)}\n" for name, answer in answers.items())


def written(answer: str | list[str]) -> str:
    """Write one answer; all but plain letters are escaped, as YAML can and JSON cannot."""
    if isinstance(answer, list):
        return f"[{', '.join(map(written, answer))}]"
    escaped = (c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}" for c in answer)
    return f'"{"".join(escaped)}"'
