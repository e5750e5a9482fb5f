"""What the commands of one commit ask first, asked once for all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec

from gymtui.codec import encode
from gymtui.protocol import ErrorBody, Member
from server.store import Outcome, Settled, Visit, as_result
from server.store.sql.database import Database
from server.store.sql.visits import VISIT, read_visit

THESE: Final = "IN (SELECT value FROM json_each(?))"
SETTLED: Final = f'SELECT command_id, kind, digest, "user", type, payload, error FROM journal WHERE command_id {THESE}'
HELD: Final = (
    f"SELECT c.key, c.code, m.member FROM cards c CROSS JOIN members m WHERE m.id = c.member_id AND c.key {THESE}"
)
MEMBERS: Final = f"SELECT member FROM members WHERE id {THESE}"
OPEN: Final = f"{VISIT}member_id {THESE} AND check_out_at IS NULL"

_error = msgspec.json.Decoder(ErrorBody)
_member = msgspec.json.Decoder(Member)


def settled_of(db: Database, command_ids: Collection[str]) -> dict[str, Settled | None]:
    """Which of these commands have their row."""
    found = _all(db, SETTLED, command_ids)
    return dict.fromkeys(command_ids) | {id: _read_settled(row) for id, *row in found}


def held_by(db: Database, keys: Collection[str]) -> dict[str, list[tuple[Member, str]]]:
    """The cards with each of these keys, as `(owner, code)`, in the order of `holders`."""
    cards: dict[str, list[tuple[Member, str]]] = {key: [] for key in keys}
    for key, code, member in _all(db, HELD, keys):
        cards[key].append((_member.decode(member), code))
    return {key: sorted(found, key=lambda card: card[0].id) for key, found in cards.items()}


def members_of(db: Database, ids: Collection[str]) -> dict[str, Member | None]:
    found = (_member.decode(member) for (member,) in _all(db, MEMBERS, ids))
    return dict.fromkeys(ids) | {member.id: member for member in found}


def open_visits_of(db: Database, member_ids: Collection[str]) -> dict[str, Visit | None]:
    """Which visit of each of these members is open."""
    found = map(read_visit, _all(db, OPEN, member_ids))
    return dict.fromkeys(member_ids) | {visit.member_id: visit for visit in found}


def _all(db: Database, sql: str, these: Collection[str]) -> list[Any]:
    return db.execute(sql, (encode(list(these)).decode(),)).fetchall() if these else []


def _read_settled(row: Sequence[Any]) -> Settled:
    kind, digest, user, type, payload, error = row
    outcome = Outcome(result=as_result(type, payload)) if error is None else Outcome(error=_error.decode(error))
    return Settled(kind=kind, digest=digest, user=user, type=type, payload=payload, outcome=outcome)
