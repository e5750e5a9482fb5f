"""Makes two records of one person one, and two again: the visits and the cards go together."""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET
from msgspec.structs import replace

from gymtui import clock
from gymtui.cards.frame import framed
from gymtui.cards.keys import EXACT
from gymtui.cards.owned import cards_of, with_card
from gymtui.protocol import MAX_CARDS, CheckOut, Member
from server.gym.orders import Order
from server.gym.visits import check_out
from server.store import Transaction

MERGE, UNMERGE = "merge", "unmerge"
OWN: Final = frozenset({"id", "membership_number", "cards", "deleted", "merged_into", "seq"})  # not filled in
FILLED: Final = [name for name in Member.__struct_fields__ if name not in OWN]


class CannotMerge(Exception):
    """A sentence that says why two records cannot be one, or not two again."""


def merge(tx: Transaction, keep_id: str, gone_id: str) -> None:
    """The gone record is deleted and says where it went; what the other one does not know, it has from it.

    Where both are in, the visit of the gone one ends, and nobody knows when that was. CannotMerge.
    """
    keep, gone = tx.member(keep_id), tx.member(gone_id)
    if keep is None or gone is None or keep_id == gone_id or keep.deleted or gone.deleted:
        raise CannotMerge("Two members who are there are made one: please name two of them.")
    if len(cards_of(keep)) + len(cards_of(gone)) > MAX_CARDS:
        raise CannotMerge(f"Together they have more than {MAX_CARDS} cards: please take some back first.")
    if tx.open_visit(keep_id) is not None:
        _end_visit(tx, gone_id)
    merged = as_one(keep, gone)
    tx.merges.put(gone, keep)
    bare = replace(gone, membership_number=None, cards=(), external_id=None)
    _put(tx, replace(bare, deleted=True, merged_into=keep_id), MERGE)
    _put(tx, merged, MERGE)
    tx.merges.move_visits(gone_id, keep_id)
    _tell_visit(tx, merged)


def as_one(keep: Member, gone: Member) -> Member:
    """The kept record with what only the other one knows, and with the cards of both."""
    empty = (None, "", ())
    filled: dict[str, Any] = {name: getattr(gone, name) for name in FILLED if getattr(keep, name) in empty}
    member, cards = replace(keep, merged_into=UNSET, **filled), cards_of(gone)  # the person is here
    held = [card for card in cards if card.state != "returned"]
    returned = [card for card in reversed(cards) if card.state == "returned"]
    for card in (*held, *returned):
        if card.code not in {known.code for known in cards_of(member)}:
            member = with_card(member, card)
    return member


def unmerge(tx: Transaction, gone_id: str) -> None:
    """Both are as they were, but for what has changed since: that stays with the kept one. CannotMerge."""
    was = tx.merges.take(gone_id)
    if was is None:
        raise CannotMerge("That member was not made one with another: please name the one who is gone.")
    gone, keep = was
    now = tx.member(keep.id)
    if now is None or now.deleted:
        raise CannotMerge(f"{keep.full_name} was deleted since: please bring them back first.")
    _put(tx, apart(now, keep, gone), UNMERGE)
    for code in {card.code for card in cards_of(gone) if card.state != "returned"}:
        if any(owned.member.id != gone_id for owned in tx.cards(EXACT + framed(code))):
            raise CannotMerge(f"The card {code} is somebody else's by now: please take it back first.")
    _put(tx, gone, UNMERGE)
    tx.merges.move_visits_back(gone_id, keep.id)


def apart(now: Member, keep: Member, gone: Member) -> Member:
    """The kept record without what it has from the other one, as far as that is still as it came."""
    merged, theirs = as_one(keep, gone), {card.code for card in cards_of(gone)} - {c.code for c in cards_of(keep)}
    back: dict[str, Any] = {name: getattr(keep, name) for name in FILLED if getattr(now, name) == getattr(merged, name)}
    cards = tuple(card for card in cards_of(now) if card.code not in theirs)
    number = next((card.code for card in cards if card.state != "returned"), None)
    is_plain = not keep.cards and cards == cards_of(keep)
    return replace(now, membership_number=number, cards=() if is_plain else cards, **back)


def _end_visit(tx: Transaction, member_id: str) -> None:
    if (visit := tx.open_visit(member_id)) is not None:
        left = CheckOut(check_in_id=visit.id)
        order = Order(id=clock.new_id(tx.at), payload=left, user="", role="manager", desk=None, assumed=True)
        check_out(tx, order, left)


def _tell_visit(tx: Transaction, member: Member) -> None:
    """Whoever is in by the gone record is in by the other one, on each desk."""
    visit = tx.open_visit(member.id)
    if visit is not None and visit.event.member.id != member.id:
        event = replace(visit.event, member=member.ref, visits_left=UNSET, seq=tx.next_seq)
        tx.put_visit(replace(visit, event=event), tx.append(event, kind=MERGE, user=""))


def _put(tx: Transaction, member: Member, kind: str) -> None:
    member = replace(member, seq=tx.next_seq)
    tx.put_member(member)
    tx.append(member, kind=kind, user="")
