"""What a command says instead of doing it."""


class CommandError(Exception):
    """The text is one sentence that says what to change."""
