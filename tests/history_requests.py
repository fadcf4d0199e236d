"""Messages with scripts."""

from a2a.types import Message, Part, Role, SendMessageRequest
from history_script import Script


def request_of(
    message_id: str, script: Script, *, at_once: bool = False, task_id: str = ""
) -> SendMessageRequest:
    """A message with this script."""
    message = Message(
        message_id=message_id,
        role=Role.ROLE_USER,
        parts=[Part(text=script.text)],
        task_id=task_id,
    )
    request = SendMessageRequest(message=message)
    request.configuration.return_immediately = at_once
    return request
