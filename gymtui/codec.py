"""The codec: encodes and decodes messages. Nothing else in the project knows what JSON looks like.

A server reads requests (`read_requests`) and writes payloads (`message`, `reply`, `batch`); a client writes requests
(`message`) and reads frames (`read_frame`). What cannot be read is `Unreadable`, with a sentence that says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from operator import attrgetter
from types import GenericAlias
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw, Struct

from gymtui.protocol import (
    EVENTS,
    REQUESTS,
    SERVER_MESSAGES,
    Batch,
    CheckIn,
    CheckOut,
    ErrorBody,
    ErrorCode,
    Event,
    Reply,
    Request,
    Seq,
    ServerMessage,
    Stats,
)
from gymtui.unreadable import UNREADABLE

T = TypeVar("T")

encode = msgspec.json.Encoder().encode
EMPTY = Raw(b"{}")
_OLD_NAMES = {"memberId": "member_id", "checkInId": "check_in_id"}
_IN_OLD_NAMES = re.compile("|".join(_OLD_NAMES).encode())
_VISITS = (CheckIn.type, CheckOut.type)
MAX_OLD_BATCH = 100  # requests in one `batch` of a client of old


class Unreadable(Exception):
    """Bytes that are no message of ours. `code` is the error's on the wire, `id` the request's where it had one."""

    def __init__(self, code: ErrorCode, message: str, id: str | None = None) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.id = id


class _Message(Struct, frozen=True, kw_only=True):
    """The outside of a message; `data` and `batches` are where clients of old put what they ask."""

    type: str
    payload: Raw = EMPTY
    data: Raw = EMPTY
    batches: dict[str, list[Raw]] | None = None
    id: str | None = None
    prev_seq: Seq | None = None
    seq: Seq | None = None


@cache  # made when the first batch comes: it takes 3 ms, which every start would
def _typed_batch() -> msgspec.json.Decoder[Any]:
    """Reads a batch as our server writes one, whose every payload is as it should be: one pass, straight into structs.
    A field for each type of event, so that what is added to the union `Event` is read here too."""
    lists = [(kind.type, GenericAlias(tuple, (kind, ...)), ()) for kind in (*EVENTS.values(), Stats)]
    batches = msgspec.defstruct("_Batches", lists, frozen=True, kw_only=True)
    typed = msgspec.defstruct("_Typed", [("batches", batches)], frozen=True)
    outside = msgspec.defstruct("_Batch", [("payload", typed)], bases=(_Message,), frozen=True, kw_only=True)
    return msgspec.json.Decoder(outside)


class _Id(Struct, frozen=True):
    id: str | None = None


_id = msgspec.json.Decoder(_Id)
_message = msgspec.json.Decoder(_Message)
_BATCH: Final = b'{"type":"batch",'  # as `batch` begins one


class _Decoders(dict[str, msgspec.json.Decoder[Any]]):
    """Of each type of message, made when the first one comes: a program reads few of them."""

    def __missing__(self, name: str) -> msgspec.json.Decoder[Any]:
        return self.setdefault(name, msgspec.json.Decoder(SERVER_MESSAGES.get(name) or REQUESTS[name]))


_payloads: Final = _Decoders()


def _because(error: Exception) -> str:
    """The library's reason with its path made readable: "Expected `str`, got `int` - at `$.code`"."""
    return str(error).replace(" - at `$.", " in `").replace(" - at `$`", "")


# --- writing -----------------------------------------------------------------------------------------------------


def message(payload: ServerMessage | Request, id: str | None = None) -> bytes:
    """One message; a payload without any field that is set is left out."""
    body = encode(payload)
    tail = b"}" if id is None else b',"id":' + encode(id) + b"}"
    return b'{"type":"' + payload.type.encode() + b'","payload":' + body + tail


def reply(id: str, result: bytes) -> bytes:
    """The good answer to the request `id`; `result` is encoded already (an event is, once, for everyone)."""
    return b'{"type":"reply","payload":{"ok":true,"result":' + result + b'},"id":' + encode(id) + b"}"


def refuse(id: str | None, error: ErrorBody) -> bytes:
    """The bad answer to the request `id`; where there was no id, an `error`."""
    return message(error) if id is None else message(Reply(ok=False, error=error), id)


def batch(payloads: dict[str, list[bytes]], prev_seq: int, seq: int) -> bytes:
    """Encoded payloads by type as one frame that covers `(prev_seq, seq]`."""
    lists = b",".join(b'"' + name.encode() + b'":[' + b",".join(items) + b"]" for name, items in payloads.items())
    return b'{"type":"batch","payload":{"batches":{' + lists + b'}},"prev_seq":%d,"seq":%d}' % (prev_seq, seq)


# --- reading -----------------------------------------------------------------------------------------------------


def _read(data: bytes | str) -> _Message:
    """The outside of a message; its payload stays raw until its type says what it is."""
    try:
        if not data.isascii() and isinstance(data, bytes):
            data.decode()  # what is handed on unread must be text too
        return _message.decode(data)
    except UNREADABLE as error:
        raise Unreadable("invalid", f"This is no message: {_because(error)}.") from error


class Asked(Struct, frozen=True):
    """One request, its id where it has one, and what of an older client's ways had to be put up with."""

    request: Request
    id: str | None
    ways: frozenset[str] = frozenset()


def read_request(data: bytes | str) -> tuple[Request, str | None]:
    """The request in one frame and its id. Unreadable says what is wrong, with the id where that could be read."""
    asked = _asked(_read(data))
    return asked.request, asked.id


def read_requests(data: bytes | str) -> list[Asked | Unreadable]:
    """What one frame asks: one thing, or what a client of old has put into its `batch`. An Unreadable among them harms
    no other; one that is raised is the frame's."""
    outside = _read(data)
    if outside.type != Batch.type:
        return [_asked(outside)]
    # Whatever else is in it is dropped.
    items = [(name, item) for name in _VISITS for item in (outside.batches or {}).get(name, ())]
    if len(items) > MAX_OLD_BATCH:
        raise Unreadable("too_large", f"A batch has at most {MAX_OLD_BATCH} requests.", outside.id)
    found: list[Asked | Unreadable] = []
    for name, item in items:
        try:
            found.append(_asked(_Message(type=name, payload=item), "batch"))
        except Unreadable as unreadable:
            found.append(unreadable)
    return found


def id_of(data: bytes) -> str | None:
    """The id of a message that is too large to be read."""
    try:
        id = _id.decode(data).id
    except UNREADABLE:
        return None
    return id if id is not None and 0 < len(id) <= 64 and id.isprintable() else None


def _asked(outside: _Message, *ways: str) -> Asked:
    id = outside.id
    if id is not None and not (0 < len(id) <= 64 and id.isprintable()):
        raise Unreadable("invalid", "An `id` has 1 to 64 printable characters.")
    if outside.type not in REQUESTS:
        raise Unreadable("unknown_type", f"There is no message {outside.type[:40]!r} here.", id)
    body = outside.payload
    if outside.data is not EMPTY and outside.payload is EMPTY:
        body, ways = outside.data, (*ways, "data")
    try:
        if outside.type in _VISITS and _IN_OLD_NAMES.search(body):
            return Asked(_in_old_names(body, REQUESTS[outside.type]), id, frozenset((*ways, "camelCase")))
        return Asked(_payloads[outside.type].decode(body), id, frozenset(ways))
    except UNREADABLE as error:
        raise Unreadable("invalid", f"`{outside.type}` cannot be read: {_because(error)}.", id) from error


def _in_old_names(body: Raw, kind: type[Request]) -> Request:
    """A payload whose fields have the names of one of the old browser clients."""
    fields = msgspec.json.decode(body, type=dict[str, Any])
    for old, new in _OLD_NAMES.items():
        if old in fields:
            fields.setdefault(new, fields[old])
    return msgspec.convert(fields, kind)


class Frame(Struct, frozen=True, kw_only=True):
    """What a client received: one message, or the events of the journal in `(prev_seq, seq]`, in `seq` order."""

    message: ServerMessage | None = None
    id: str | None = None
    events: tuple[Event, ...] = ()
    stats: Stats | None = None
    prev_seq: int | None = None
    seq: int | None = None
    failures: tuple[Unreadable, ...] = ()


def read_frame(data: bytes | str) -> Frame:
    """One frame from a server. A payload that cannot be read is among the `failures`; its neighbours are not harmed."""
    with suppress(*UNREADABLE):
        if isinstance(data, bytes) and data.startswith(_BATCH) and (data.isascii() or data.decode()):  # all text
            return _read_batch(_typed_batch().decode(data))
    outside = _read(data)
    if outside.type == Batch.type:
        return _read_batch(outside)
    if outside.type not in SERVER_MESSAGES:
        raise Unreadable("unknown_type", f"There is no message {outside.type[:40]!r}.", outside.id)
    payload, failure = _read_payload(outside.type, outside.payload)
    if failure is not None:
        if outside.seq is None:
            failure.id = outside.id
            raise failure
        return Frame(prev_seq=outside.prev_seq, seq=outside.seq, failures=(failure,))
    if outside.type in EVENTS and outside.seq is not None:
        return Frame(events=(payload,), prev_seq=outside.prev_seq, seq=outside.seq)
    return Frame(message=payload, id=outside.id)


def _read_payload(name: str, data: Raw) -> tuple[Any, Unreadable | None]:
    try:
        return _payloads[name].decode(data), None
    except UNREADABLE as error:
        return None, Unreadable("invalid", f"`{name}` cannot be read: {_because(error)}.")


def _read_batch(outside: _Message) -> Frame:
    failures: list[Unreadable] = []
    payload: Any = outside.payload
    if isinstance(payload, Raw):
        events, stats = _read_one_by_one(payload, failures)
    else:
        events, stats = [e for name in EVENTS for e in getattr(payload.batches, name)], payload.batches.stats
    rows, last = tuple(sorted(events, key=attrgetter("seq"))), stats[-1] if stats else None
    return Frame(events=rows, stats=last, prev_seq=outside.prev_seq, seq=outside.seq, failures=tuple(failures))


def _read_one_by_one(payload: Raw, failures: list[Unreadable]) -> tuple[list[Event], tuple[Stats, ...]]:
    """A batch that one pass cannot read, payload by payload and slower, so that a broken one harms no other."""
    try:
        batches = _payloads[Batch.type].decode(payload).batches
    except UNREADABLE as error:
        failures.append(Unreadable("invalid", f"`batch` cannot be read: {_because(error)}."))
        return [], ()
    events: list[Event] = []
    stats: list[Stats] = []
    for name, items in batches.items():
        if name not in EVENTS and name != Stats.type:
            continue  # a type that a later server knows
        for item in items:
            event, failure = _read_payload(name, item)
            if failure is not None:
                failures.append(failure)
            elif isinstance(event, Stats):
                stats.append(event)
            else:
                events.append(event)
    return events, tuple(stats)


def convert(result: Raw | bytes, kind: type[T]) -> T:
    """The result of a reply as what it is; Unreadable where it is not."""
    try:
        return msgspec.json.decode(result, type=kind)
    except UNREADABLE as error:
        raise Unreadable("invalid", f"The reply cannot be read: {_because(error)}.") from error


def encoded(items: Iterable[bytes]) -> Any:
    """Values that are encoded already, for a struct that is to hold what they are."""
    return tuple(map(Raw, items))


def as_list(items: Iterable[bytes]) -> bytes:
    """Encoded values as one JSON array."""
    return b"[" + b",".join(items) + b"]"
