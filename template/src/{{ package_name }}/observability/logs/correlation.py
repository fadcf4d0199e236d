"""The id that a request brings or gets, which leads from its answer to the log."""

import re
import uuid

HEADER = "x-request-id"
# Printable ASCII without spaces, so that it fits into a header and on a line.
ACCEPTABLE = re.compile(r"[!-~]{1,128}")


def accepted(request_id: str) -> str:
    """The caller's own id, or a new one instead of what could do harm."""
    return request_id if ACCEPTABLE.fullmatch(request_id) else uuid.uuid4().hex
