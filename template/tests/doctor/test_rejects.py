"""What an update has put beside a file is named."""

from pathlib import Path

from checks.rejects import findings


def test_rejected_changes_and_copies_are_found(tmp_path: Path) -> None:
    """Each says which file it is about."""
    for name in ("Makefile", "Makefile.rej", "README.md.orig", "rej.py"):
        (tmp_path / name).touch()

    assert [str(one) for one in findings(tmp_path)] == [
        "Makefile.rej: these changes did not fit into Makefile. "
        "Make those you want there, then delete this file.",
        "README.md.orig: this is README.md as it was before a merge. "
        "Take what you miss from it, then delete it.",
    ]
