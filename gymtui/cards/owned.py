"""The cards of a member: which there are, what stands of them in the index, and what they are after a change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from gymtui.cards.keys import keys_of
from gymtui.protocol import MAX_CARDS, Card, Member


class Owned(NamedTuple):
    """A card with its owner."""

    member: Member
    card: Card


def cards_of(member: Member) -> tuple[Card, ...]:
    """All of them, also where nothing is known but the membership number."""
    number = member.membership_number
    return member.cards or (() if number is None else (Card(code=number),))


def owned(member: Member, code: str) -> Owned:
    """The member's card with this code."""
    return Owned(member, next(card for card in cards_of(member) if card.code == code))


def is_lost(member: Member, code: str) -> bool:
    """Was the member's card with this code reported lost?"""
    return any(card.code == code and card.state == "lost" for card in cards_of(member))


def index_entries(member: Member) -> set[tuple[str, str]]:
    """`(key, code)` for each card that is the member's now, lost or not."""
    return {(key, card.code) for card in cards_of(member) if card.state != "returned" for key in keys_of(card.code)}


def card_entries_of(body: bytes) -> str:
    """The entries of an encoded member, as a JSON array: for SQLite, where the index of an older file is made anew."""
    return msgspec.json.encode(sorted(index_entries(msgspec.json.decode(body, type=Member)))).decode()


def with_card(member: Member, card: Card) -> Member:
    """The member once that card is so. Those that were returned stand last; the number is that of the first."""
    before = cards_of(member)
    held = [one for one in before if one.state != "returned"]
    gone = [one for one in before if one.state == "returned" and one.code != card.code]
    place = next((at for at, one in enumerate(held) if one.code == card.code), len(held))
    held[place : place + 1] = [] if card.state == "returned" else [card]
    if card.state == "returned":
        gone.insert(0, card)
    number = held[0].code if held else None
    return replace(member, membership_number=number, cards=(*held, *gone)[:MAX_CARDS])


def with_number(member: Member, number: str | None, since: str, by: str) -> Member:
    """The member with another membership number: the card that had the old one counts as returned."""
    old = member.membership_number
    if not member.cards or number == old:
        return replace(member, membership_number=number)
    if old is not None:
        member = with_card(member, Card(code=old, state="returned", since=since, by=by))
    if number is None:
        return replace(member, membership_number=None)
    first, others = Card(code=number, since=since, by=by), [one for one in member.cards if one.code != number]
    return replace(member, membership_number=number, cards=(first, *others)[:MAX_CARDS])


def with_cards(member: Member, cards: Sequence[Card], since: str) -> Member:
    """The member with these cards beside the number's, and no others: any other counts as returned since then. What is
    known of one that is in the same state stays."""
    known = {card.code: card for card in cards_of(member)}
    named = {card.code for card in cards} | {member.membership_number}
    held = [card for card in cards if card.state != "returned"]
    returned = [card for card in cards if card.state == "returned"]
    left = [Card(code=code, state="returned") for code in known if code not in named]
    for card in (*held, *reversed(returned), *left):  # whichever is returned last stands first of them
        if card.code not in known or known[card.code].state != card.state or _says_more(card, known[card.code]):
            member = with_card(member, replace(card, since=card.since or since))
    return member


def _says_more(card: Card, known: Card) -> bool:
    return card.since is not None and (card.since, card.by) != (known.since, known.by)
