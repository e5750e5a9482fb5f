"""An import taken back: whoever is as it has left him is as before; whoever was touched since stays, and is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from gymtui import clock
from gymtui.cards.keys import keys_of
from gymtui.protocol import Member, Notification
from server.gym.cards import unfit
from server.gym.importing import taking
from server.gym.importing.directory import codes_of, without
from server.gym.importing.taking import put, tell
from server.store import ImportedRow, Store, Transaction

KIND = "import_undo"


class Undo:
    """One undo in the making, of what an import has written. `touched` are those who stay as they are; of those put
    back, so many are `gone`, for they were new."""

    def __init__(self, rows: Iterable[ImportedRow], by: str = "") -> None:
        self._by = by
        self._before: dict[str, Member | None] = {}
        self._rows: dict[str, list[int]] = {}
        self._left: dict[str, Member] = {}  # how the import has left each who is not put back yet
        for row in rows:
            self._before.setdefault(row.after.id, row.before)
            self._rows.setdefault(row.after.id, []).append(row.seq)
            self._left[row.after.id] = _content(row.after)
        self.touched: list[Member] = []
        self.put_back = self.gone = 0

    @property
    def members(self) -> list[str]:
        """The ids of those whom it is about, the last one first."""
        return list(reversed(self._before))

    def copy(self) -> Undo:
        """The same, which goes on apart: work that is rolled back has taken nobody back."""
        other = copy(self)
        other._left, other.touched = dict(self._left), list(self.touched)
        return other

    def take_all_back(self, tx: Transaction, ids: Sequence[str]) -> list[str | None]:
        """As `take_back`, each of them; there is nothing to say."""
        for id in ids:
            self.take_back(tx, id)
        return [None] * len(ids)

    def take_back(self, tx: Transaction, id: str) -> None:
        """Puts one member back, or notes that somebody was there since."""
        member, before = tx.member(id), self._before[id]
        if member is not None:
            again = replace(member, deleted=True, membership_number=None, cards=()) if before is None else before
            if self._is_as_left(tx, member) and self._frees(tx, member, codes_of(again) - codes_of(member)):
                put(tx, again, by=self._by, kind=KIND)
                self.put_back += 1
                self.gone += before is None
            else:
                self.touched.append(member)
        del self._left[id]
        tx.forget_before(self._rows[id])

    def tell(self, tx: Transaction, number: int) -> None:
        """The note in the journal."""
        counts = in_words(self.put_back, self.gone, len(self.touched))
        tell(tx, "Import undone", f"Import {number}: {counts}.", by=self._by, kind=KIND)

    def _is_as_left(self, tx: Transaction, member: Member) -> bool:
        was_there = self._before.get(member.id) is not None
        return _content(member) == self._left.get(member.id) and (was_there or tx.last_visit(member.id) is None)

    def _frees(self, tx: Transaction, member: Member, codes: set[str]) -> bool:
        """Can these be the member's again? Whoever has one by the import alone gives it back."""
        others = [
            (holder, card.code) for code in codes for holder, card in tx.cards(*keys_of(code)) if holder.id != member.id
        ]
        leaving = [(holder, code) for holder, code in others if code in codes and self._is_as_left(tx, holder)]
        frees = {(holder.id, code) for holder, code in leaving}
        if any(unfit(tx, code, member.id, frees=frees) for code in codes):
            return False
        for id, code in frees:
            if (holder := tx.member(id)) is not None:
                self._left[id] = _content(without(holder, code, clock.to_text(tx.at), self._by))
                put(tx, self._left[id], by=self._by, kind=KIND)
        return True


def nothing_left(number: int | None) -> str:
    """That there is nothing of that import, or of any, and why."""
    which = "" if number is None else f" of import {number}"
    return f"Nothing is left{which} to take back: each import can be once, until `gymtui admin trim` forgets it."


def in_words(put_back: int, gone: int, touched: int) -> str:
    """How many are as before, gone because they were new, and left."""
    return f"{put_back - gone:,} as before, {gone:,} gone again, {touched:,} changed since and left"


def note_of(store: Store, number: int, rows: Sequence[ImportedRow]) -> str:
    """What an import was, for whoever is about to take it back: when, of which list, by whom, how many."""
    ending = f"It is import {number}."
    for row in store.rows_with([ending]):
        if row.kind == taking.KIND and row.type == Notification.type:
            told = msgspec.json.decode(row.payload, type=Notification).message
            at = datetime.fromtimestamp(row.at / 1000, ZoneInfo(store.gym().timezone))
            return f"{at:%a %d %b %Y %H:%M}: {told}"
    return f"{rows[0].after.full_name} and {len(rows) - 1:,} more rows. {ending} It came to no end, and has no note."


def _content(member: Member) -> Member:
    """The member, whatever row has made him so: the undo of a later import leaves people as the earlier one did."""
    return replace(member, seq=0)
