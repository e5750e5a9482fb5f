"""Erases a person: out of the tables, the index and the journal, whose rows stay. What was counted stays counted.

Pure but for the transaction; whoever does it again, after a restored backup, finds nothing left to do.
"""

from __future__ import annotations

from functools import singledispatch

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import (
    ERASED,
    EVENTS,
    CheckInEvent,
    CheckOut,
    ErrorBody,
    Event,
    Member,
    MemberRef,
    Notification,
    Refusal,
)
from gymtui.search.misspelt import words_of
from gymtui.search.text import index_words
from server.gym.orders import Order
from server.gym.visits import check_out
from server.store import JournalRow, Transaction

KIND = "erase"
SENTENCE = "This was about somebody who was erased."

_error = msgspec.json.Decoder(ErrorBody).decode


def erase(tx: Transaction, member_id: str) -> None:
    """Nothing is left of the member but the id, and that there was somebody. Who is in is checked out first: a desk
    would have nobody to check out."""
    member, visit = tx.member(member_id), tx.open_visit(member_id)
    if member is None or member.full_name == ERASED:
        return
    if visit is not None:
        left = CheckOut(check_in_id=visit.id)
        order = Order(id=clock.new_id(tx.at), payload=left, user="", role="manager", desk=None, assumed=True)
        check_out(tx, order, left)
    for other in tx.erasure.merged_into(member_id):  # the same person
        erase(tx, other)
    gone = _left_of(replace(member, deleted=True, seq=tx.next_seq))
    tx.put_member(gone)
    tx.append(gone, kind=KIND, user="")
    tx.erasure.note(member_id)
    _redact_visits(tx, member_id)
    _redact_journal(tx, member)


def _redact_visits(tx: Transaction, member_id: str) -> None:
    for id, event in tx.erasure.visits_of(member_id):
        tx.erasure.redact_visit(id, encode(redacted(event, event.member.id)))


def _redact_journal(tx: Transaction, member: Member) -> None:
    """All rows that name the member, by the id or by no more than a name; and what is left of words that nobody else
    has."""
    rows = [(row, _event(row)) for row in tx.erasure.rows_with([member.id])]
    known = [member, *(event for _, event in rows if isinstance(event, Member) and event.id == member.id)]
    names = {known.full_name for known in known} - {ERASED}
    for row, event in rows:
        _redact(tx, row, redacted(event, member.id))
    for row in tx.erasure.rows_with(sorted(names)) if names else ():
        _redact(tx, row, _without(_event(row), names))
    tx.erasure.forget_words(sorted(words_of(word for one in known for word in index_words(one))))


def _redact(tx: Transaction, row: JournalRow, left: Event) -> None:
    payload = encode(left)
    error = None if row.error is None else encode(_without_words(_error(row.error)))
    if payload != row.payload:
        tx.erasure.redact(row.seq, payload, error)


def _event(row: JournalRow) -> Event:
    event: Event = msgspec.json.decode(row.payload, type=EVENTS[row.type])
    return event


@singledispatch
def redacted(event: Event, member_id: str) -> Event:
    """What is left of an event that is about the member; any other stays as it is."""
    return event


@redacted.register
def _(event: Member, member_id: str) -> Event:
    return _left_of(event) if event.id == member_id else event


@redacted.register
def _(event: CheckInEvent, member_id: str) -> Event:
    return replace(event, member=MemberRef(member_id, ERASED)) if event.member.id == member_id else event


@redacted.register
def _(event: Refusal, member_id: str) -> Event:
    if event.member is None or event.member.id != member_id:
        return event
    return replace(event, member=MemberRef(member_id, ERASED), reason="erased", message=SENTENCE, unknown_card=UNSET)


@redacted.register
def _(event: Notification, member_id: str) -> Event:
    return replace(event, title=ERASED, message=SENTENCE) if event.member_id == member_id else event


def _left_of(member: Member) -> Member:
    """Nothing but the id, and what tells one record from another."""
    return Member(
        id=member.id,
        full_name=ERASED,
        status="inactive",
        deleted=member.deleted,
        merged_into=member.merged_into,
        seq=member.seq,
    )


def _without(event: Event, names: set[str]) -> Event:
    """What is left of a sentence in which one of these names stands."""
    match event:
        case Refusal(member=None, message=message) if any(name in message for name in names):
            return replace(event, reason="erased", message=SENTENCE)
        case Notification(title=title, message=message) if any(name in title + message for name in names):
            return replace(event, title=ERASED, message=SENTENCE)
        case _:
            return event


def _without_words(error: ErrorBody) -> ErrorBody:
    return ErrorBody(code=error.code, message=SENTENCE, retryable=error.retryable)
