"""Erases a person: out of the tables, the index and the journal, whose rows stay. What was counted stays counted.

Pure but for the transaction; whoever does it again, after a restored backup, finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import NamedTuple

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
    RollCallUpdate,
)
from gymtui.search.misspelt import words_of
from gymtui.search.text import index_words
from server.gym.orders import Order
from server.gym.visits import check_out
from server.store import JournalRow, Store, Transaction

KIND = "erase"
SENTENCE = "This was about somebody who was erased."

_error = msgspec.json.Decoder(ErrorBody).decode


class About(NamedTuple):
    """The rows of the journal that name somebody, up to and with the row `looked`: found without keeping a server from
    its work."""

    seqs: Sequence[int]
    looked: int


def about(store: Store, member_id: str) -> About:
    """All rows that name the member, any record of theirs, by the id or by no more than a name."""
    looked, ids, names = store.head().seq, {member_id}, set[str]()
    seqs, asked = set[int](), set[str]()
    while texts := (ids | names) - asked:
        asked |= texts
        for row in store.rows_with(sorted(texts)):
            seqs.add(row.seq)
            event = _event(row)
            if isinstance(event, Member) and ids & {event.id, event.merged_into}:
                ids.add(event.id)
                names |= {event.full_name} - {ERASED}
    return About(sorted(seqs), looked)


def erase(tx: Transaction, member_id: str, about: About) -> None:
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
        erase(tx, other, about)
    gone = _left_of(replace(member, deleted=True, seq=tx.next_seq))
    tx.put_member(gone)
    tx.append(gone, kind=KIND, user="")
    tx.erasure.note(member_id)
    _redact_visits(tx, member_id)
    _redact_journal(tx, member, about)


def _redact_visits(tx: Transaction, member_id: str) -> None:
    for id, event in tx.erasure.visits_of(member_id):
        tx.erasure.redact_visit(id, encode(redacted(event, event.member.id)))


def _redact_journal(tx: Transaction, member: Member, about: About) -> None:
    """Those rows, and what was written since; and what is left of words that nobody else has."""
    rows = [(row, _event(row)) for row in tx.erasure.rows(about.seqs, about.looked)]
    known = [member, *(event for _, event in rows if isinstance(event, Member) and event.id == member.id)]
    names = {one.full_name for one in known} - {ERASED}
    for row, event in rows:
        _redact(tx, row, _without(redacted(event, member.id), names))
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
def _(event: RollCallUpdate, member_id: str) -> Event:
    if event.member is None or event.member.id != member_id:
        return event
    return replace(event, member=MemberRef(member_id, ERASED))


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
        case RollCallUpdate(name=name) if name in names:
            return replace(event, name=ERASED)
        case Notification(title=title, message=message) if any(name in title + message for name in names):
            return replace(event, title=ERASED, message=SENTENCE)
        case _:
            return event


def _without_words(error: ErrorBody) -> ErrorBody:
    return ErrorBody(code=error.code, message=SENTENCE, retryable=error.retryable)
