"""Members: the command that adds one or changes one, and who may do what of it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from gymtui import clock, rules
from gymtui.cards.owned import cards_of
from gymtui.protocol import CheckIn, Member, MemberFields, SaveMember
from gymtui.saving import given, overtaken, saved
from server.gym.alone import alone_from
from server.gym.cards import unfit
from server.gym.debts import dated
from server.gym.guests import place
from server.gym.orders import Order, Refused, Rejected, record, wall
from server.store import Outcome, Transaction, as_result

DATES: Final = ("valid_from", "valid_until", "birth_date", "payment_overdue_since", "frozen_until")
ANOTHER_DAY: Final = frozenset({"id", "guest", "valid_from", "valid_until", "host_id", "waiver_signed"})
TAKEN_BACK: Final = frozenset({"id", "full_name", "deleted"})
ONLY_MANAGERS: Final = "Only a manager may change members: please add a guest, or call the manager."


def save_member(tx: Transaction, order: Order, request: SaveMember) -> Outcome:
    """A new member, or what is different about one."""
    fields = given(request.member)
    before = tx.member(str(fields.get("id", "")))
    if order.role != "manager" and not _may_staff(tx, before, fields, request):
        raise Rejected("not_allowed", ONLY_MANAGERS)
    _refuse_who_is_not_there(before, fields, request)
    if (problem := impossible(fields)) is not None:
        raise Rejected("invalid", problem)
    if before is not None and (names := overtaken(before, request)):
        raise _changed_meanwhile(tx, before, names, request.seen or 0)
    member = _changed(tx, order, before, request)
    _refuse_one_guest_more(tx, order, before, member, request)
    tx.put_member(member)
    return Outcome(result=as_result(Member.type, record(tx, order, member)))


def turned_away(tx: Transaction, order: Order, request: CheckIn, fields: MemberFields) -> Member:
    """The guest whom a manager lets in all the same, as they will be; Rejected where that is none."""
    asked, id = given(fields), request.member_id or ""
    before = tx.member(id)
    if request.override is None or asked.get("id") != id or not _is_uuid(id):
        raise Rejected("invalid", "A `guest` comes with an `override`, and with the `id` that is the `member_id` too.")
    is_known = before is not None and before.guest and not before.deleted and asked.keys() <= ANOTHER_DAY
    if not asked.get("guest", is_known) or not (is_known or before is None):
        raise Rejected("invalid", "Only a guest is let in this way: please look up the member.")
    if before is None and "full_name" not in asked:
        raise Rejected("invalid", "A new guest has a `full_name`.")
    if (problem := impossible(asked)) is not None:
        raise Rejected("invalid", problem)
    return _changed(tx, order, before, SaveMember(member=fields))


def written(tx: Transaction, order: Order, guest: Member) -> Member:
    """The guest in the directory, by a row of their own."""
    guest = replace(guest, seq=tx.next_seq)
    tx.put_member(guest)
    tx.append(guest, kind=SaveMember.type, user=order.user)
    return guest


def _may_staff(tx: Transaction, before: Member | None, fields: dict[str, Any], request: SaveMember) -> bool:
    """A guest, another day for one who was a guest, a guest less who has never been in, and a word that an alert was
    dealt with."""
    if before is None:
        return bool(fields.get("guest")) and ("id" not in fields or request.seen == 0)
    if fields.keys() == {"id"}:
        return not request.visits
    if fields.keys() <= TAKEN_BACK and fields.get("deleted"):
        is_called_so = fields.get("full_name", before.full_name) == before.full_name
        return before.guest and is_called_so and tx.overlapping(before.id, 0, None, but="") is None
    return before.guest and fields.get("guest", True) and fields.keys() <= ANOTHER_DAY and not request.visits


def _refuse_who_is_not_there(before: Member | None, fields: dict[str, Any], request: SaveMember) -> None:
    is_new = before is None and ("id" not in fields or request.seen == 0)
    if before is not None and request.seen == 0:
        raise Rejected("invalid", "There is a member by that `id` already: a new one has an `id` of its own.")
    if before is None and not is_new:
        raise Refused("unknown_member", "nobody here by that id", "There is no such member: please search by name.")
    if is_new and "full_name" not in fields:
        raise Rejected("invalid", "A new member has a `full_name`.")
    if is_new and "id" in fields and not _is_uuid(str(fields["id"])):
        raise Rejected("invalid", "The `id` that a client gives a new member is a UUID.")
    if before is not None and before.deleted and request.seen is not None and "deleted" not in fields:
        sentence = f"{before.full_name} was taken out of the directory meanwhile: please search by name."
        raise Refused("unknown_member", "taken out of the directory", sentence, before)
    if request.visits and (before is None or before.visits_left is None):
        raise Rejected("invalid", "There is no punch card to add visits to: please say how many `visits_left` are.")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def impossible(fields: dict[str, object]) -> str | None:
    """What no member can be, though it looks right: the 30th of February, 25 o'clock, a name of blanks."""
    for name, value in fields.items():
        try:
            if name in DATES and value is not None:
                date.fromisoformat(str(value))
            elif name == "hours" and value is not None:
                rules.within(str(value), rules.NOON)
        except ValueError:
            return f"`{name}` cannot be {value!r}: please check it."
    if not str(fields.get("full_name", "-")).strip():
        return "A member has a name."
    return None


def _changed_meanwhile(tx: Transaction, member: Member, names: list[str], seen: int) -> Refused:
    """Nothing is written: who has changed what since, and what it is now, for whoever meant something else."""
    changed = [_now(tx, member, name, seen) for name in names]
    words = ", ".join(name.replace("_", " ") for name in names)
    by = f" by {changed[0]['by']} at {_clock_time(tx, str(changed[0]['at']))}" if changed[0]["at"] else ""
    reason = f"{words} changed meanwhile{by}"
    sentence = f"{member.full_name}: {reason}. Nothing was written: please look, and change it again."
    return Refused("changed_meanwhile", reason, sentence, member, details={"changed": changed})


def _now(tx: Transaction, member: Member, name: str, seen: int) -> dict[str, object]:
    """What a field is now, and who has made it so, where a row since then says it."""
    value, by, at = getattr(member, name), None, None
    for change in tx.changes_of(member.id, seen):  # the newest first
        if getattr(change.member, name) != value:
            break
        by, at = change.user, clock.to_text(change.at)
    return {"field": name, "value": value, "by": by, "at": at}


def _clock_time(tx: Transaction, at: str) -> str:
    return rules.since(wall(tx, clock.to_ms(at)), wall(tx, tx.at))


def _changed(tx: Transaction, order: Order, before: Member | None, request: SaveMember) -> Member:
    """The member after it; Rejected where a card that is new here, or here again, could be another's."""
    id = str(given(request.member).get("id", "")) or clock.new_id(tx.at)
    known = {card.code for card in cards_of(before)} if before else set()
    member = replace(saved(before, request, id=id, at=clock.to_text(tx.at), by=order.by), seq=tx.next_seq)
    member = dated(tx, before, member)
    for card in cards_of(member):
        if card.code not in known and card.state != "returned" and (why := unfit(tx, card.code, member.id)):
            raise Rejected("invalid", why)
    return member


def _refuse_one_guest_more(
    tx: Transaction, order: Order, before: Member | None, member: Member, request: SaveMember
) -> None:
    """What a desk has done alone has happened, where it can have been alone; who was today's guest is."""
    if before is not None and before.guest and before.valid_until == member.valid_until:
        return
    ruling = place(tx, order, member)
    if ruling.action == "refuse" and not (request.offline and alone_from(tx, order, 0) is not None):
        raise Rejected("guest_limit", f"{ruling.reason}: please ask a manager.")
