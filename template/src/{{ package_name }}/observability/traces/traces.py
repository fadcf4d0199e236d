"""Traces: what the spans of calls and turns say, and all names they use."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, StatusCode, Tracer

from ...tasks.calls.call import Call
from ...tasks.lifecycle import RunningTurn
from ...tasks.observer import Observer

# The conventions of OpenTelemetry: general, and for agents.
ERROR_TYPE = "error.type"
GEN_AI_AGENT_NAME = "gen_ai.agent.name"
GEN_AI_AGENT_VERSION = "gen_ai.agent.version"
GEN_AI_CONVERSATION_ID = "gen_ai.conversation.id"
GEN_AI_OPERATION_NAME = "gen_ai.operation.name"
INVOKE_AGENT = "invoke_agent"
# There are none for A2A yet; the logs use the same ones.
CONTEXT_ID = "a2a.context_id"
FIRST_EVENT = "a2a.first_event"
MESSAGE_ID = "a2a.message_id"
OPERATION = "a2a.operation"
OUTCOME = "a2a.outcome"
TASK_ID = "a2a.task_id"
TRANSPORT = "a2a.transport"
TURN_OUTCOME = "a2a.turn.outcome"

CALL_ERRORS = {"error", "timeout"}
TURN_ERRORS = {"crashed", "timed_out"}
# Ids are what callers say, at whatever length.
ID_LENGTH = 128


class Traces(Observer):
    """Opens a span for each turn; those of calls are opened by their transports."""

    def __init__(self, tracer: Tracer, *, name: str, version: str) -> None:
        """`name` is the one that the agent card gives."""
        self._tracer = tracer
        self._turn = f"{INVOKE_AGENT} {name}"
        self._agent = {
            GEN_AI_OPERATION_NAME: INVOKE_AGENT,
            GEN_AI_AGENT_NAME: name,
            GEN_AI_AGENT_VERSION: version,
        }

    def call_began(self, call: Call) -> None:
        """Name the span of the request after the operation that was found in it."""
        span = trace.get_current_span()
        if span.is_recording():
            span.update_name(call.operation)
            span.set_attributes({OPERATION: call.operation, TRANSPORT: call.transport})

    def first_event(self, call: Call) -> None:
        """Mark the moment."""
        _span_of(call).add_event(FIRST_EVENT)

    def call_ended(self, call: Call) -> None:
        """Note what became of it."""
        span = _span_of(call)
        if span.is_recording():
            span.set_attributes(_ids(call.message_id, call.task_id, call.context_id))
            _end(span, OUTCOME, call.outcome, CALL_ERRORS)

    @contextmanager
    def around_turn(self, turn: RunningTurn) -> Iterator[Span]:
        """One `invoke_agent` span; what the agent's logic does belongs to it."""
        with self._tracer.start_as_current_span(
            self._turn,
            attributes=self._agent | {TRANSPORT: turn.call.transport},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            if span.is_recording():
                span.set_attributes(_ids(turn.call.message_id, turn.task_id, turn.context_id))
                span.set_attribute(GEN_AI_CONVERSATION_ID, turn.context_id[:ID_LENGTH])
            try:
                yield span
            finally:
                _end(span, TURN_OUTCOME, turn.outcome, TURN_ERRORS)


def exemplar() -> dict[str, str] | None:
    """Labels that lead from a measurement to its trace, where there is one to be found."""
    context = trace.get_current_span().get_span_context()
    return {"trace_id": f"{context.trace_id:032x}"} if context.trace_flags.sampled else None


def log_fields(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the ids of the current span to a line of the log; for structlog."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace.id"] = f"{context.trace_id:032x}"
        event["span.id"] = f"{context.span_id:016x}"
    return event


def _span_of(call: Call) -> Span:
    # A stream may end in the context of whoever closes it.
    return call.context.run(trace.get_current_span)


def _ids(message_id: str, task_id: str, context_id: str) -> dict[str, str]:
    ids = {MESSAGE_ID: message_id, TASK_ID: task_id, CONTEXT_ID: context_id}
    return {name: told[:ID_LENGTH] for name, told in ids.items() if told}


def _end(span: Span, attribute: str, outcome: str, errors: set[str]) -> None:
    span.set_attribute(attribute, outcome)
    if outcome in errors:
        span.set_attribute(ERROR_TYPE, outcome)
        span.set_status(StatusCode.ERROR)
