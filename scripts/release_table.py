"""Which files the feature table leaves out now that agents of the same answers had."""

from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from copier import Settings, run_copy
from pathspec import GitIgnoreSpec
from release_files import PACKAGE, unannounced
from render_matrix import Answers, asked, label, matrix

Configuration = dict[str, Any]

LESS = (
    "the feature table newly leaves it out of agents like `{who}`, where it stays, "
    "and is not updated any more"
)
NAME = "some_package"
UPDATE = '{% set _copier_operation = "update" %}\n'  # Copier says so in _exclude alone


def objections(
    old: Configuration, new: Configuration, files: Collection[str], folder: Path
) -> Iterator[str]:
    """Yield files that agents had and are left out of without a word; each two choices meet once."""
    unseen, found = set(files), dict[str, str]()
    for answers in matrix(asked(old)):
        had = unseen - left_out(old, unseen, answers)
        try:
            less = left_out(new, had, answers)
        except ValueError as error:
            yield f"Accept former answers, which an update would replace without a word: {error}"
            return
        who = label(answers).rpartition(": ")[0]
        found |= dict.fromkeys(sorted(less), LESS.format(who=who))
        unseen -= less
    yield from unannounced(found, folder)


def left_out(configuration: Configuration, files: Collection[str], answers: Answers) -> set[str]:
    """Let Copier write the table for these answers, and return the files that match it."""
    table = UPDATE + "\n".join(configuration.get("_exclude", []))
    kept = {
        name: one
        for name, one in configuration.items()
        if name == "_envops" or not name.startswith("_")
    }
    with TemporaryDirectory() as place:
        template, agent = Path(place, "template"), Path(place, "agent")
        template.mkdir()
        settings = {"_subdirectory": ".", "_templates_suffix": ".jinja", "_exclude": ["copier.yml"]}
        text = yaml.safe_dump(kept | settings, allow_unicode=True, sort_keys=False)
        (template / "copier.yml").write_text(text, encoding="utf-8")
        (template / "table.jinja").write_text(table, encoding="utf-8")
        run_copy(
            str(template),
            agent,
            answers | {"package_name": NAME},
            defaults=True,
            quiet=True,
            settings=Settings(),
        )
        lines = (agent / "table").read_text(encoding="utf-8").splitlines()
    patterns = GitIgnoreSpec.from_lines(lines)
    return {file for file in files if patterns.match_file(file.replace(PACKAGE, NAME))}
