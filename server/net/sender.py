"""Writes a session's own messages: framed, counted in the metrics, never waited for (the hub writes the events)."""

from __future__ import annotations

from gymtui import codec
from gymtui.faults import fault
from gymtui.protocol import ErrorBody, Reply, ServerMessage
from server.net.connection import Connection, frame
from server.net.metrics import Metrics


class Sender:
    """Writes messages to one connection; one that is closed takes none."""

    __slots__ = ("_connection", "_metrics")

    def __init__(self, connection: Connection, metrics: Metrics) -> None:
        self._connection = connection
        self._metrics = metrics

    def send(self, payload: ServerMessage, id: str | None = None) -> None:
        self._write(payload.type, codec.message(payload, id))

    def reply(self, id: str | None, result: bytes) -> None:
        """The good answer, where somebody asked for one; `result` is encoded."""
        if id is not None:
            self._write(Reply.type, codec.reply(id, result))

    def refuse(self, id: str | None, error: ErrorBody) -> None:
        """The bad answer; where nobody asked for one, an `error`."""
        self._metrics.errors.labels(error.code).inc()
        self._write(ErrorBody.type if id is None else Reply.type, codec.refuse(id, error))

    def _write(self, type: str, message: bytes) -> None:
        fault("before_reply")
        if self._connection.is_open:
            self._metrics.count(type, "out", len(message))
            self._connection.write_soon(frame(message))
