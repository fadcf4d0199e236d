"""JSON-RPC by hand: one address, the operation in the body."""

from a2a.utils.constants import TransportProtocol
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from . import ACCEPTED, Caller, Refusal, refusal_of


class JsonRpcCaller(Caller):
    """Posts calls to the root of the agent."""

    binding = TransportProtocol.JSONRPC

    async def refusal(
        self, operation: str, request: Message, *, version: str | None = "1.0"
    ) -> Refusal:
        """Refused calls are answered with 200 and an error object."""
        call = {"jsonrpc": "2.0", "id": 1, "method": operation, "params": MessageToDict(request)}
        headers = {} if version is None else {"A2A-Version": version}
        response = await self.by_hand.post(self.url, json=call, headers=headers)
        if response.headers["content-type"].startswith("text/event-stream"):
            return ACCEPTED
        if error := response.json().get("error"):
            return refusal_of(error["data"][0]["reason"], error["message"], response.headers)
        return ACCEPTED
