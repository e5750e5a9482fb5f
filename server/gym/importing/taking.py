"""One change of an import as work of a transaction: the gym may have moved on since it was compared."""

from __future__ import annotations

from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import Member
from server.gym.cards import unfit
from server.gym.importing.comparison import Change
from server.gym.importing.directory import as_the_list_says, codes_of, without
from server.store import Transaction

KIND = "import"


def take(tx: Transaction, change: Change) -> str | None:
    """Writes it, with a row of the journal for the member and for each whom a card leaves; or says why it cannot be."""
    before = tx.member(change.after.id)
    known = before or Member(id=change.after.id, full_name=change.after.full_name)
    member = as_the_list_says(known, change.fields, clock.to_text(tx.at))
    if (sentence := _clash(tx, member, before, change)) is not None:
        return sentence
    for id, code in change.frees:
        if (holder := tx.member(id)) is not None and code in codes_of(holder):
            put(tx, without(holder, code, clock.to_text(tx.at), ""))
    if member != before:
        put(tx, member)
    return None


def put(tx: Transaction, member: Member) -> None:
    """Writes a member, with the row of the journal that says so."""
    member = replace(member, seq=tx.next_seq)
    tx.put_member(member)
    tx.append(member, kind=KIND, user="")


def _clash(tx: Transaction, member: Member, before: Member | None, change: Change) -> str | None:
    """Why one of the cards that are new to the member cannot be, or why nobody may be new."""
    if before is None and member.external_id is not None and (same := tx.called(member.external_id)) is not None:
        return f"{same.full_name} has come in meanwhile with the same id: please import the list again"
    fresh = codes_of(member) - (codes_of(before) if before else set())
    return next((why for code in fresh if (why := unfit(tx, code, member.id, frees=change.frees))), None)
