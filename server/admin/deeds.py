"""The journal as what people did: who, from which desk, what, and what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import asdict

from gymtui import clock
from gymtui.protocol import EVENTS, CheckInEvent, Gym, Member, MemberRef, Notification, Refusal, RollCallUpdate
from server.store import Access, JournalRow

_decode: Final[dict[str, Any]] = {name: msgspec.json.Decoder(kind).decode for name, kind in EVENTS.items()}

Fields = dict[str, object]


class Deed(Struct, frozen=True, kw_only=True):
    """One row of the journal as what somebody did, or one beside it, without a `seq`, about who may come in;
    `outcome` is what became of it, where that is not just done, and
    `before` and `after` are the fields that it changed."""

    seq: int | None
    at: str
    user: str
    desk: str | None
    what: str
    outcome: str
    member: MemberRef | None
    before: Fields
    after: Fields


def deeds(rows: Iterable[JournalRow]) -> Iterator[Deed]:
    """The rows of a journal from its beginning on, each beside what was there before it."""
    known: dict[str, Fields] = {}
    for row in rows:
        event = _decode[row.type](row.payload)
        before, after = _change(event, known)
        yield Deed(
            seq=row.seq,
            at=clock.to_text(row.at),
            user=str(getattr(event, "by", "") or row.user),
            desk=getattr(event, "desk", None),
            what=row.kind,
            outcome=_outcome(event),
            member=_member(event),
            before=before,
            after=after,
        )


def accesses(rows: Iterable[Access]) -> Iterator[Deed]:
    """What was done about who may come in, as deeds that are no rows of the journal."""
    for row in rows:
        times = f"{row.count} times" if row.count > 1 else ""
        yield Deed(
            seq=None,
            at=clock.to_text(row.at),
            user=row.who,
            desk=row.origin,
            what=row.what,
            outcome=", ".join(filter(None, (row.about, row.outcome, times))),
            member=None,
            before={},
            after={},
        )


def _change(event: object, known: dict[str, Fields]) -> tuple[Fields, Fields]:
    """The fields of a member, a visit or the gym that are others than in the row before about the same; of a policy,
    line by line as `gymtui admin gym set` has them."""
    if not isinstance(event, Member | CheckInEvent | Gym):
        return {}, {}
    told = ("check_in_time", "check_out_time", "status", "location", "flags", "visits_left")
    lines = asdict(event.policy) if isinstance(event, Gym) else {}
    now = {
        name: value
        for name, value in (asdict(event) | lines).items()
        if value is not UNSET
        and (name in told if isinstance(event, CheckInEvent) else name not in {"id", "seq", "by", "before", "policy"})
    }
    id = "" if isinstance(event, Gym) else event.id
    before = known.get(id, {})
    known[id] = now
    if isinstance(event, CheckInEvent):
        now["member"] = event.member.full_name  # a correction may have made it another's
    changed = [name for name in now if before.get(name) != now[name] and (before or name != "member")]
    return {name: before[name] for name in changed if name in before}, {name: now[name] for name in changed}


def _outcome(event: object) -> str:
    match event:
        case Refusal(reason=reason):
            return f"refused: {reason}"
        case CheckInEvent(flags=flags) if "override" in flags:
            return ", ".join("let in against the rules" if flag == "override" else flag for flag in flags)
        case RollCallUpdate():
            return _step(event)
        case CheckInEvent(flags=flags):
            return ", ".join(flags)
        case _:
            return ""


def _step(event: RollCallUpdate) -> str:
    said = [event.step.replace("_", " "), "drill" if event.drill else "", event.name or ""]
    if event.ends_with is not None:
        said.append("counted with the other that it was one with")
    elif event.step == "end":
        said.append(f"{event.found or 0} found, {event.missing or 0} missing")
    return ", ".join(filter(None, said))


def _member(event: object) -> MemberRef | None:
    match event:
        case Member():
            return event.ref
        case CheckInEvent(member=ref) | Refusal(member=ref) | RollCallUpdate(member=ref):
            return ref
        case Notification(member_id=id) if id is not None:
            return MemberRef(id, "")
        case _:
            return None
