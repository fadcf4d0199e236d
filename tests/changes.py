"""What somebody does to a folder, owner of an agent or maintainer of the template.

`*` in a name stands for the package's folder, which has another name in each agent.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path


def place(folder: Path, name: str) -> Path:
    """Return where a name leads, whether or not something is there."""
    start, star, rest = name.partition("*")
    if not star:
        return folder / name
    [package] = (folder / start).iterdir()
    return Path(f"{package}{rest}")


@dataclass(frozen=True)
class Replace:
    """Another text in a file, where the old one stands once."""

    file: str
    old: str
    new: str

    def fits(self, folder: Path) -> bool:
        """Say whether it can be done here."""
        file = place(folder, self.file)
        return file.is_file() and file.read_text().count(self.old) == 1

    def make(self, folder: Path) -> None:
        """Do it."""
        assert self.fits(folder), f"{self.file} does not say once: {self.old}"
        file = place(folder, self.file)
        file.write_text(file.read_text().replace(self.old, self.new))


@dataclass(frozen=True)
class Write:
    """A file of one's own, or a whole other text."""

    file: str
    text: str

    def fits(self, folder: Path) -> bool:
        """It always can."""
        return folder.is_dir()

    def make(self, folder: Path) -> None:
        """Do it."""
        file = place(folder, self.file)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.text)


@dataclass(frozen=True)
class Delete:
    """One file less."""

    file: str

    def fits(self, folder: Path) -> bool:
        """Say whether it is there."""
        return place(folder, self.file).is_file()

    def make(self, folder: Path) -> None:
        """Do it."""
        place(folder, self.file).unlink()


@dataclass(frozen=True)
class Rename:
    """The same file under another name."""

    file: str
    name: str

    def fits(self, folder: Path) -> bool:
        """Say whether it is there."""
        return place(folder, self.file).is_file()

    def make(self, folder: Path) -> None:
        """Do it."""
        shutil.move(place(folder, self.file), place(folder, self.name))


@dataclass(frozen=True)
class Executable:
    """A file that can be run."""

    file: str

    def fits(self, folder: Path) -> bool:
        """Say whether it is there."""
        return place(folder, self.file).is_file()

    def make(self, folder: Path) -> None:
        """Do it."""
        place(folder, self.file).chmod(0o755)


Change = Replace | Write | Delete | Rename | Executable
