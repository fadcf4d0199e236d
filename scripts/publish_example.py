"""Put a rendered agent in the place of the one that an example repository has, and push it.

Each release is one commit with its tag, so that the repository's history shows what an update
brings. Only git runs here: nothing of what is published does.
"""

import argparse
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory


def git(folder: Path, *arguments: str) -> str:
    """Run git, and no hook, and return what it prints."""
    command = ["git", "-c", "core.hooksPath=/dev/null", *arguments]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def unpack(archive: Path, folder: Path) -> None:
    """Unpack files and folders, none of which belongs to git; whatever else there is, is refused."""
    with tarfile.open(archive) as packed:
        for member in packed:
            name = PurePosixPath(member.name)
            if name.is_absolute() or ".." in name.parts:
                sys.exit(f"{archive} would write outside of the repository: it has {name}.")
            if ".git" in name.parts:
                sys.exit(f"{archive} would change the repository itself: it has {name}.")
            target = folder / name
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
            elif member.isfile() and (content := packed.extractfile(member)):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
                target.chmod(0o755 if member.mode & 0o100 else 0o644)
            else:
                sys.exit(f"{archive} has {name}, which is neither a file nor a folder.")


def replace(example: Path, archive: Path) -> None:
    """Leave nothing of the working copy but its history, and put what was archived in its place."""
    with TemporaryDirectory() as folder:
        unpack(archive, Path(folder))
        for path in example.iterdir():
            if path.is_symlink() or path.is_file():
                path.unlink()
            elif path.name != ".git":
                shutil.rmtree(path)
        shutil.copytree(folder, example, dirs_exist_ok=True)


def publish(example: Path, archive: Path, tag: str) -> None:
    """Commit and tag what is new and push it; what was published already stays as it is."""
    replace(example, archive)
    git(example, "add", "--all")
    if git(example, "status", "--porcelain"):
        git(example, "commit", "--quiet", "--message", f"Render {tag}")
    if not git(example, "tag", "--list", tag):
        git(example, "tag", tag)
    git(example, "push", "--quiet", "--atomic", "origin", "HEAD", f"refs/tags/{tag}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("example", type=Path, help="a clone of the example repository")
    parser.add_argument("archive", type=Path, help="the rendered agent as a tar file")
    parser.add_argument("tag", help="the release that it was rendered from")
    options = parser.parse_args()
    publish(options.example, options.archive, options.tag)


if __name__ == "__main__":
    main()
