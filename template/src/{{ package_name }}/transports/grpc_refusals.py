"""Refusals as gRPC statuses, with the same words and details as on the other bindings."""

from typing import Any, TypeAlias

import grpc
from a2a.utils.errors import A2AError
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from ..tasks.calls.refusals import RefusedError

DOMAIN = "a2a-protocol.org"

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class Refusing:
    """Goes in front of a handler of the SDK's, which knows errors of the protocol only."""

    async def abort_context(self, error: A2AError, context: Context) -> None:
        """End the call with what has gone wrong."""
        if isinstance(error, RefusedError):
            await refuse(context, error)
        await super().abort_context(error, context)  # type: ignore[misc]


async def refuse(context: Context, error: RefusedError) -> None:
    """End the call; raises what `abort` raises."""
    code = grpc.StatusCode[error.status]
    status = Status(code=code.value[0], message=error.message)
    status.details.append(_packed(ErrorInfo(reason=error.status, domain=DOMAIN)))
    headers = {name.lower(): value for name, value in error.headers.items()}
    if error.retry_after_seconds:
        delay = Duration(seconds=error.retry_after_seconds)
        status.details.append(_packed(RetryInfo(retry_delay=delay)))
        headers["grpc-retry-pushback-ms"] = str(error.retry_after_seconds * 1000)
    context.set_trailing_metadata(
        (
            *(context.trailing_metadata() or ()),
            *headers.items(),
            ("grpc-status-details-bin", status.SerializeToString()),
        )
    )
    await context.abort(code, error.message)


def _packed(detail: Any) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(detail)
    return packed
