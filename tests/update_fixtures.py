"""Fixture: the template with all its releases, once for all tests of a run."""

import pytest
from conftest import ROOT, copy_work_tree, git
from releases import objections, releases
from update_lab import WORK_TREE, Lab, make


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """All releases, and the work tree as the version after them."""
    if found := list(objections(ROOT)):
        pytest.fail("\n".join(found), pytrace=False)
    folder = tmp_path_factory.mktemp("lab") / "template"
    git(folder.parent, "clone", "--quiet", "--no-checkout", "--no-tags", str(ROOT), str(folder))
    for version, commit in releases(ROOT).items():
        git(folder, "tag", f"v{version}", commit)
    copy_work_tree(folder)
    make(folder)
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "The work tree")
    git(folder, "tag", WORK_TREE)
    return Lab(folder, tmp_path_factory.mktemp("agents"))
