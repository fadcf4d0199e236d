"""Settings of your own: the environment, `.env` and files of secrets. This file is yours.

A field `model_url: str = Field("http://localhost:11434", description="Where the model is.")`
is AGENT_MODEL_URL outside, and `settings().model_url` in logic.py.
"""

from functools import cache

from ..setting_sources import OwnSettings, read


class AgentSettings(OwnSettings):
    """Read once, at start, where a wrong value is refused; a SecretStr is never shown."""


@cache
def settings() -> AgentSettings:
    """The values of this process."""
    return read(AgentSettings)
