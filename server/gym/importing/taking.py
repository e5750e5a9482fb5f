"""An import as work of transactions: each change is written as the gym is then, with what was before kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from gymtui import clock
from gymtui.cards.keys import keys_of
from gymtui.protocol import Member, Notification
from server.gym.cards import unfit
from server.gym.debts import dated
from server.gym.importing.comparison import Change
from server.gym.importing.directory import as_the_list_says, codes_of, without
from server.store import Transaction

KIND = "import"


class Import:
    """One import in the making: `number` is that of its first row in the journal, by which it can be undone; `new` and
    `changed` are how many members it has made so. `by` is who imports; without a `source`, what the list is called,
    nothing is kept for an undo, and nobody is told. New members are found by name at once or, with `found_later`, once
    `index_members` has seen to that."""

    def __init__(self, source: str | None = None, by: str = "", *, found_later: bool = False) -> None:
        self.number: int | None = None
        self.new = self.changed = 0
        self._source = source
        self._by = by
        self._found_later = found_later

    def take(self, tx: Transaction, change: Change) -> str | None:
        """Writes it, with a row of the journal for the member and for each whom a card leaves; or says why it cannot
        be."""
        return self._take(tx, change, _Free(set(), set()))

    def take_all(self, tx: Transaction, changes: Sequence[Change]) -> list[str | None]:
        """The same for each; what is to be asked of the gym for all of them is asked at once."""
        free = _free(tx, changes)
        return [self._take(tx, change, free) for change in changes]

    def _take(self, tx: Transaction, change: Change, free: _Free) -> str | None:
        before = tx.member(change.after.id)
        listed = change.after if before == change.before else self._as_it_is_now(tx, change, before)
        member = dated(tx, before, listed)
        if (sentence := _clash(tx, member, before, change, free)) is not None:
            return sentence
        for id, code in change.frees:
            if (holder := tx.member(id)) is not None and code in codes_of(holder):
                self._put(tx, without(holder, code, clock.to_text(tx.at), self._by), holder)
        if member != before:
            self._put(tx, member, before)
            free.leave(tx, member)
            self.new += before is None
            self.changed += before is not None
        return None

    def _as_it_is_now(self, tx: Transaction, change: Change, before: Member | None) -> Member:
        """What the list makes of a member who has changed since it was compared."""
        known = before or Member(id=change.after.id, full_name=change.after.full_name)
        return as_the_list_says(known, change.fields, clock.to_text(tx.at))

    def tell(self, tx: Transaction) -> None:
        """The note in the journal, where anything has changed."""
        if self._source is None or self.number is None:
            return
        counts = f"{self.new:,} new, {self.changed:,} changed"
        who = f"{self._source}, by {self._by}" if self._by else self._source
        message = f"{who}: {counts}. It is import {self.number}."
        tell(tx, "Members imported", message, by=self._by, kind=KIND)

    def _put(self, tx: Transaction, member: Member, before: Member | None) -> None:
        put(tx, member, by=self._by, kind=KIND, found_later=self._found_later)
        if self._source is not None:
            self.number = tx.next_seq - 1 if self.number is None else self.number
            tx.keep_before(self.number, before)


def put(tx: Transaction, member: Member, *, by: str, kind: str, found_later: bool = False) -> None:
    """Writes a member, with the row of the journal that says so."""
    member = replace(member, seq=tx.next_seq)
    tx.put_member(member, found_later=found_later)
    tx.append(member, kind=kind, user=by)


def tell(tx: Transaction, title: str, message: str, *, by: str, kind: str) -> None:
    """A row of the journal for everybody to read."""
    id, at = clock.new_id(tx.at), clock.to_text(tx.at)
    tx.append(
        Notification(id=id, level="info", title=title, message=message, at=at, seq=tx.next_seq), kind=kind, user=by
    )


class _Free(NamedTuple):
    """What nobody has, as far as it was asked: keys of cards, and ids of the program before."""

    keys: set[str]
    external_ids: set[str]

    def leave(self, tx: Transaction, member: Member) -> None:
        """The member has them from now on."""
        self.keys.difference_update(key for code in codes_of(member) for key in _keys(tx, code))
        self.external_ids.discard(member.external_id or "")


def _free(tx: Transaction, changes: Sequence[Change]) -> _Free:
    fresh = {code for change in changes for code in _fresh(change.after, change.before)}
    ids = [change.after.external_id for change in changes if change.before is None and change.after.external_id]
    keys = {key for code in fresh for key in _keys(tx, code)}
    return _Free(*tx.look_ahead([change.after.id for change in changes], keys, ids))


def _fresh(member: Member, before: Member | None) -> set[str]:
    return codes_of(member) - codes_of(before) if before else codes_of(member)


def _keys(tx: Transaction, code: str) -> tuple[str, ...]:
    return keys_of(code, tx.gym.policy.card_check)


def _clash(tx: Transaction, member: Member, before: Member | None, change: Change, free: _Free) -> str | None:
    """Why one of the cards that are new to the member cannot be, or why nobody may be new."""
    called = member.external_id if before is None and member.external_id not in free.external_ids else None
    if called is not None and (same := tx.called(called)) is not None:
        return f"{same.full_name} has come in meanwhile with the same id: please import the list again"
    for code in _fresh(member, before):
        if (why := unfit(tx, code, member.id, frees=change.frees, unheld=free.keys)) is not None:
            return why
    return None
