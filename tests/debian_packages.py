"""Debian packages, unpacked but not installed, and kept in the user's cache folder."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from zlib import crc32

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "a2a-template"
# Debian 13 has current versions of what the tests run; Debian 12 unpacks them as well.
SUITE = "trixie"
# Where iptables is, which is not on every root's path.
SYSTEM_PROGRAMS = ":/usr/sbin:/sbin"


def unpacked(*packages: str, suffix: str = "") -> Path:
    """A folder with the packages and what they need, or with the suffix .tar an archive of it."""
    place = CACHE / f"{packages[0]}-{crc32(' '.join(packages).encode()):08x}{suffix}"
    unfinished = place.with_name(f"unfinished-{place.name}")
    if not place.exists():
        install("mmdebstrap")
        CACHE.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        include = f"--include={','.join(packages)}"
        _run("mmdebstrap", "--variant=extract", include, SUITE, str(unfinished), _mirror())
        unfinished.rename(place)
    return place


def install(*programs: str) -> None:
    """Install the packages of programs that this machine does not have; both have one name."""
    path = os.environ["PATH"] + SYSTEM_PROGRAMS
    if not all(shutil.which(program, path=path) for program in programs):
        _run("apt-get", "update")
        _run("apt-get", "install", "--yes", "--no-install-recommends", *programs)


def _mirror() -> str:
    """Where this machine gets Debian's packages from, as its own apt says."""
    said = _run("apt-get", "indextargets", "--format=$(ORIGIN) $(REPO_URI)", "Identifier: Packages")
    mirror = re.search(r"^Debian (\S+/debian/?)$", said, re.MULTILINE)
    if not mirror:
        pytest.fail("This test is made of Debian's packages: run it on Debian.", pytrace=False)
    return mirror[1]


def _run(*command: str) -> str:
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.fail(f"There is no {command[0]}: run this test on Debian.", pytrace=False)
    if result.returncode:
        pytest.fail(f"{' '.join(command)}:\n{result.stdout}{result.stderr}", pytrace=False)
    return result.stdout
