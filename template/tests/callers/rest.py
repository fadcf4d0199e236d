"""REST by hand: verb and path as the protocol's own annotations say."""

import re
from urllib.parse import quote

from a2a.types import a2a_pb2
from a2a.utils.constants import TransportProtocol
from google.api.annotations_pb2 import http  # type: ignore[import-untyped]
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from . import ACCEPTED, Caller, Refusal, refusal_of

METHODS = a2a_pb2.DESCRIPTOR.services_by_name["A2AService"].methods_by_name


class RestCaller(Caller):
    """Sends each operation to its own address."""

    binding = TransportProtocol.HTTP_JSON

    async def refusal(
        self, operation: str, request: Message, *, version: str | None = "1.0"
    ) -> Refusal:
        """Refused calls are answered with a status of 400 or above."""
        rule = METHODS[operation].GetOptions().Extensions[http]
        verb = rule.WhichOneof("pattern")
        path = re.sub(
            r"{(\w+)=[^}]*}",
            lambda match: quote(getattr(request, match[1]), safe=""),
            getattr(rule, verb),
        )
        fields = MessageToDict(request)
        tenant = fields.pop("tenant", "")
        response = await self.by_hand.request(
            verb,
            self.url + (f"/{tenant}" if tenant else "") + path,
            headers={} if version is None else {"A2A-Version": version},
            json=fields if verb == "post" else None,
            params=fields if verb != "post" else None,
        )
        if response.is_success:
            return ACCEPTED
        error = response.json()["error"]
        return refusal_of(error["details"][0]["reason"], error["message"], response.headers)
