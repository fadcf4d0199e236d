"""Answers and event streams that end with a refusal: the SDK would call it an error of ours."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

from starlette.responses import Response

from ..tasks.calls.call import Call
from ..tasks.calls.refusals import RefusedError

# Answers a refusal, in the place of an answer if there is one already.
RefusalAnswer = Callable[[RefusedError, Response | None], Response]


def in_words(response: Any, call: Call, answer: RefusalAnswer) -> Response:
    """The same response, unless it tells of a refusal, or will."""
    if hasattr(response, "body_iterator"):  # of events
        response.body_iterator = _events(response.body_iterator, call, answer)
    elif call.refused is not None and hasattr(response, "body"):
        return answer(call.refused, response)
    answered: Response = response
    return answered


async def _events(
    events: AsyncGenerator[Any], call: Call, answer: RefusalAnswer
) -> AsyncGenerator[Any]:
    try:
        async for event in events:
            if call.refused is None:
                yield event
            else:
                data = event["data"] if isinstance(event, dict) else event.data
                yield _error(answer(call.refused, Response(data)))
    except RefusedError as refusal:  # which ends the streams of 0.3 without a word
        yield _error(answer(refusal, None))
    finally:
        await events.aclose()


def _error(answer: Response) -> dict[str, str]:
    return {"event": "error", "data": bytes(answer.body).decode()}
