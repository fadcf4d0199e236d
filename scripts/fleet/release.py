"""A release of the template, and Copier, which brings agents to it.

Nothing of an agent runs here, so whoever starts this may have credentials: Copier runs nothing
without trust, finds the template on this machine, and gets no token.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from .programs import FleetError, environment, run
from .states import State
from .versions import instead

# An agent's own copier.py or yaml.py is none of Copier's, so its folder is no place to import from.
COPIER = (sys.executable, "-I", "-W", "ignore", "-m", "copier")


@dataclass(frozen=True, kw_only=True)
class Release:
    """What agents are brought to: a version of a template, of which there is a copy here."""

    template: str
    copy: Path
    version: str
    data: Sequence[str] = ()

    def copier(self, state: State, folder: Path, *words: str) -> None:
        """Run Copier, which finds the template on this machine and needs no credentials."""
        settings = instead(self.template, state.source, self.copy)
        with TemporaryDirectory() as cache:
            variables = environment(settings, tokens=False) | {"COPIER_CACHE_DIR": cache}
            try:
                run(*COPIER, *words, folder=folder, seconds=300, variables=variables)
            except FleetError as error:
                if "--trust" in str(error):
                    raise FleetError(
                        f"{self.version} wants to run something here, which is refused."
                    ) from error
                raise
