"""What a script runs, as the grammar of bash has it: in lists, subshells and substitutions as well."""

from collections.abc import Iterator

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

PARSER = Parser(Language(tree_sitter_bash.language()))
# `export` and the like; files that are written to, which can be run afterwards.
LIKE_COMMANDS = {"command", "declaration_command", "unset_command", "file_redirect"}


def commands(script: str) -> Iterator[str]:
    """Yield each simple command and each redirection, its words one space apart.

    What a command does with its words is not seen: `bash -c` is one command here.
    """
    root = PARSER.parse(script.encode()).root_node
    if root.has_error:
        yield f"(unreadable) {script}"
    yield from _below(root)


def _below(node: Node) -> Iterator[str]:
    if node.type in LIKE_COMMANDS:
        words = [child for child in node.children if child.type != "herestring_redirect"]
        yield " ".join((word.text or b"").decode() for word in words)
    for child in node.children:
        yield from _below(child)
