"""What it takes to begin a turn again in another replica: its request, and who made it."""

import json
from base64 import b64decode, b64encode

from a2a.server.context import ServerCallContext
from a2a.types import SendMessageRequest

from ..calls.call import CALL, Call
from ..calls.principal import Principal, principal_of

TRANSPORT = "recovery"


def recipe(request: SendMessageRequest, context: ServerCallContext) -> bytes:
    """To be read by `request_of` and, for the scopes of its caller, by `context_of`."""
    scopes = sorted(principal_of(context).scopes)
    content = b64encode(request.SerializeToString()).decode()
    return json.dumps({"request": content, "scopes": scopes}).encode()


def request_of(made: bytes) -> SendMessageRequest:
    """The request that a recipe holds."""
    return SendMessageRequest.FromString(b64decode(json.loads(made)["request"]))


def context_of(owner: str, made: bytes | None = None, *, attempt: int = 1) -> ServerCallContext:
    """A context like that of the call which has created a task of this owner."""
    tenant, issuer, subject = owner.split("\n")
    scopes = frozenset(json.loads(made)["scopes"]) if made else frozenset()
    principal = Principal(issuer=issuer, subject=subject, scopes=scopes)
    call = Call(transport=TRANSPORT, principal=principal, attempt=attempt, continued=True)
    return ServerCallContext(user=principal, tenant=tenant, state={CALL: call})
