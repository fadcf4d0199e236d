"""Lets log lines know the call and the turn that they belong to."""

from collections.abc import Iterator
from contextlib import contextmanager

from ...tasks.calls.call import Call
from ...tasks.lifecycle import RunningTurn
from ...tasks.observer import Observer
from .exchange import Exchange, current


class CallLog(Observer):
    """Logs nothing itself: each request has its access line already."""

    def call_began(self, call: Call) -> None:
        exchange = current.get()
        if exchange is None:  # called by something that is no server
            current.set(exchange := Exchange())
        exchange.call = call

    @contextmanager
    def around_turn(self, turn: RunningTurn) -> Iterator[None]:
        if exchange := current.get():
            exchange.turn = turn
        yield

    def refused(self, transport: str, reason: str) -> None:
        if exchange := current.get():
            exchange.transport, exchange.refusal = transport, reason
