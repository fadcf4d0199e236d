"""What callers tell the replicas to say, and the answer that each message has to get.

A message is two words, such as `chat 20`. Its answer names the message in each piece, so that a
piece which is lost, doubled, or somebody else's is seen.
"""

from dataclasses import dataclass

ECHO = "echo"  # so many pieces, one after the other
CHAT = "chat"  # so many pieces, with pauses
SILENT = "silent"  # one piece, nothing for so many seconds, one piece
ASK = "ask"  # so many pieces, then a question
REMARK = "remark"  # a message without a task

PAUSE_SECONDS = {ECHO: 0.01, CHAT: 0.15}
QUESTION = "What else?"


@dataclass(frozen=True)
class Script:
    """One message's part."""

    kind: str
    number: int

    @classmethod
    def read(cls, text: str) -> "Script":
        """Raises ValueError for what is no script."""
        kind, number = text.split()
        return cls(kind, int(number))

    @property
    def text(self) -> str:
        """As it is sent."""
        return f"{self.kind} {self.number}"

    @property
    def seconds(self) -> float:
        """How long the turn takes when nobody disturbs it."""
        if self.kind == SILENT:
            return float(self.number)
        return self.number * PAUSE_SECONDS.get(self.kind, 0.0)

    def pieces(self, message_id: str) -> list[str]:
        """What is said, in order."""
        count = 2 if self.kind == SILENT else self.number
        return [f"{message_id}#{index} " for index in range(count)]

    def answer(self, message_id: str) -> str:
        """All of it."""
        return "".join(self.pieces(message_id))

    def remark(self, message_id: str) -> str:
        """The text of the message that stands for a task."""
        return f"{message_id} needs no task"
