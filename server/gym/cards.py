"""Cards: the command that gives one out, or says that it was lost or returned; and what no card can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from gymtui import clock
from gymtui.cards.frame import framed
from gymtui.cards.keys import collisions, keys_of
from gymtui.cards.nobody import doubtful, nobodys
from gymtui.cards.owned import Owned, cards_of, with_card
from gymtui.protocol import MAX_CARDS, Card, CardCheck, CheckIn, CheckOut, Member, MemberRef, SaveCard
from server.gym.orders import Order, Refused, Rejected, read_as, record, wall
from server.store import Outcome, Transaction, as_result

NAMED: Final = 10  # groups of cards that a sentence names


def unfit(
    tx: Transaction,
    code: str,
    member_id: str | None,
    *,
    frees: Collection[tuple[str, str]] = (),
    unheld: Collection[str] = (),
) -> str | None:
    """Why this code cannot be a card of that member (None: of a new one): a sentence, or None where it can. `frees` are
    cards, `(member id, code)`, that are just leaving their holders; `unheld` are keys of which it is known already that
    no card has them."""
    if (why := nobodys(code, uids=tx.gym.policy.card_kind == "uid")) is not None:
        return why
    for holder, card in _held_by_others(tx, code, member_id, unheld):
        if (holder.id, card.code) in frees:
            continue
        like = "" if card.code == code else f" reads like {card.code}, which"
        return f"The number {code}{like} belongs to {holder.full_name}: please choose another."
    return None


def alike_with(tx: Transaction, check: CardCheck | None) -> str | None:
    """Which cards would be one to a reader, were this the gym's check character; None where each is told apart."""
    cards = list(tx.all_cards())
    now = {found.codes for found in collisions(cards)}
    alike = (tuple(sorted(found.codes)) for found in collisions(cards, check) if found.codes not in now)
    groups = dict.fromkeys(alike)
    named = [" and ".join(_named(tx, *card) for card in codes) for codes in list(groups)[:NAMED]]
    more = [f"{len(groups) - NAMED} more"] if len(groups) > NAMED else []
    return "; ".join([*named, *more]) or None


def _named(tx: Transaction, code: str, member_id: str) -> str:
    member = tx.member(member_id)
    return code if member is None else f"{code} of {member.full_name}"


def lost_card(tx: Transaction, request: CheckIn, member: Member) -> Refused | None:
    """What to say where the card was reported lost: whoever has it now may be somebody else. An override is a manager's
    word."""
    code = request.code or request.card
    if code is None or request.override is not None or all(card.state != "lost" for card in member.cards):
        return None
    for card in (card for holder, card in read_as(tx, code) if holder.id == member.id and card.state == "lost"):
        since = "" if card.since is None else f" on {_day(tx, card.since)}"
        sentence = f"That card of {member.full_name} was reported lost{since}: please ask who it is."
        return Refused("card_lost", "this card was reported lost", sentence, member)
    return None


def save_card(tx: Transaction, order: Order, request: SaveCard) -> Outcome:
    """Gives the member a card, or says what has become of one."""
    member = tx.member(request.member_id)
    if member is None or member.deleted:
        raise Refused("unknown_member", "nobody here by that id", "There is no such member: please search by name.")
    code = framed(request.code)
    if not code or not code.isprintable():
        raise Rejected("invalid", "A card has a code that can be printed: please scan it again.")
    card = Card(code=code, state=request.state, since=clock.to_text(tx.at), by=order.by)
    held = {one.code for one in cards_of(member) if one.state != "returned"}
    if request.state != "in_use" and code not in held:
        raise Rejected("invalid", f"{member.full_name} has no such card: please look at the cards there are.")
    if request.state == "in_use":
        if len(held | {code}) > MAX_CARDS:
            raise Rejected("invalid", f"{member.full_name} has {MAX_CARDS} cards: please take one back first.")
        _refuse_nobodys(tx, code, sure=request.sure or code in held)
        _take_over(tx, order, card, member, request.moves_from)
    return Outcome(result=as_result(Member.type, record(tx, order, _put(tx, with_card(member, card)))))


def _refuse_nobodys(tx: Transaction, code: str, *, sure: bool) -> None:
    kind = tx.gym.policy.card_kind
    why = nobodys(code, uids=kind == "uid")
    if why is None and not sure:
        why = doubtful(code, uids=kind == "uid", hid=kind == "hid26")
    if why is not None:
        raise Rejected("invalid", why)


def _take_over(tx: Transaction, order: Order, card: Card, member: Member, moves_from: str | None) -> None:
    """The card leaves whoever has it, as rows of their own; Rejected where nobody has been asked about that."""
    for holder, held in _held_by_others(tx, card.code, member.id):
        if holder.id != moves_from:
            raise Rejected("invalid", f"That card belongs to {holder.full_name}: please ask before it is moved.")
        returned = replace(held, state="returned", since=card.since, by=card.by)
        tx.append(_put(tx, with_card(holder, returned)), kind=order.payload.type, user=order.user)


def _held_by_others(tx: Transaction, code: str, member_id: str | None, unheld: Collection[str] = ()) -> Iterator[Owned]:
    """Who else has a card that could be taken for this one, under any of its keys."""
    keys = [key for key in keys_of(code, tx.gym.policy.card_check) if key not in unheld]
    if keys:
        yield from (owned for owned in tx.cards(*keys) if owned.member.id != member_id)


def _put(tx: Transaction, member: Member) -> Member:
    after = replace(member, seq=tx.next_seq)
    tx.put_member(after)
    return after


def _day(tx: Transaction, at: str) -> str:
    day: datetime = wall(tx, clock.to_ms(at))
    return f"{day:%a} {day.day} {day:%b}"


def by_card(tx: Transaction, request: CheckIn | CheckOut, ref: MemberRef) -> tuple[MemberRef, tuple[str, ...]]:
    """Whom a desk that was alone meant by a card: with its number and a flag, where it is somebody else's by now."""
    if not request.offline or request.card is None:
        return ref, ()
    holders = [holder for holder, _ in read_as(tx, request.card) if not holder.deleted]
    if not holders or any(holder.id == ref.id for holder in holders):
        return ref, ()
    return MemberRef(ref.id, ref.full_name, request.card), ("reissued",)
