"""What a role is told of members: the one place where their private fields stay behind.

Whatever goes out passes through a `Sight`, be it an event, an answer or an error. What has nothing to hide comes back
as the same bytes, so that all who see the same are sent the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gymtui.cards.keys import find
from gymtui.cards.owned import index_entries
from gymtui.codec import encode
from gymtui.protocol import ErrorBody, Gym, Member, MemberRef, Role, SaveCard, Saved, SaveMember
from gymtui.search.text import finds
from gymtui.sight import hidden_from, seen
from server.store import Row, Store

SAVES: Final = (SaveMember.type, SaveCard.type)


class _Row(Struct, frozen=True):
    """Of a visit or a refusal, whom it is about."""

    member: MemberRef | None


_member = msgspec.json.Decoder(Member).decode
_saved = msgspec.json.Decoder(Saved).decode
_row = msgspec.json.Decoder(_Row).decode


class Sight:
    """What somebody of a role is told; `hidden` are the fields that are not."""

    def __init__(self, role: Role | None, gym: Gym) -> None:
        self.hidden = hidden_from(role, gym.policy)
        self._check = gym.policy.card_check
        self._empty = [b'"deleted":false', *(b'"%b":null' % name.encode() for name in sorted(self.hidden))]

    def member(self, body: bytes) -> bytes:
        """An encoded member."""
        return body if self._is_open(body) else encode(seen(_member(body), self.hidden))

    def members(self, bodies: Iterable[bytes]) -> list[bytes]:
        return [self.member(body) for body in bodies]

    def result(self, type: str, result: bytes) -> bytes:
        """What a command of this type is answered with."""
        if type not in SAVES or self._is_open(result):
            return result
        return encode(Saved(seen(_saved(result).member, self.hidden)))

    def error(self, error: ErrorBody) -> ErrorBody:
        """Without what somebody else has made of a field that is hidden."""
        if error.code != "changed_meanwhile" or not self.hidden:
            return error
        details = dict(error.details or {})
        details["changed"] = [each for each in details.get("changed", ()) if each["field"] not in self.hidden]
        return replace(error, details=details)

    # --- a phone that one does not see finds nobody: else it could be guessed, digit by digit -------------------------

    def is_blind_to(self, text: str | None) -> bool:
        """May the text find somebody by what is hidden?"""
        return "phone" in self.hidden and any(map(str.isdecimal, text or ""))

    def found(self, text: str, bodies: Iterable[bytes]) -> list[bytes]:
        """Those of these encoded members whom the text finds all the same."""
        return [body for body in bodies if self._finds(text, seen(_member(body), self.hidden))]

    def rows(self, text: str | None, rows: Iterable[bytes]) -> list[bytes]:
        """Of encoded visits or refusals that were looked for by a text, the ones it finds by what they say."""
        if text is None or not self.is_blind_to(text):
            return list(rows)
        refs = ((row, _row(row).member) for row in rows)
        return [row for row, ref in refs if ref is not None and self._finds(text, _named(ref))]

    def _finds(self, text: str, member: Member) -> bool:
        keys = {key for key, _ in index_entries(member)}
        return finds(text, member) or bool(find(text, lambda key: keys & {key}, self._check))

    def _is_open(self, body: bytes) -> bool:
        """Has it nothing to hide? No text in it looks so: its quotes are written with a backslash."""
        return all(empty in body for empty in self._empty)


class Sights:
    """Each role's, by the gym's settings of now."""

    def __init__(self, gym: Gym) -> None:
        self._of = {role: Sight(role, gym) for role in (*get_args(Role), None)}

    def of(self, role: Role | None) -> Sight:
        return self._of[role]


def without_deleted(store: Store, rows: Sequence[Row]) -> list[Row]:
    """Rows of the journal in which nobody is told more of who has been deleted since."""
    members = {row.seq: _member(row.payload) for row in rows if row.type == Member.type}
    gone = store.deleted_of([member.id for member in members.values() if not member.deleted])
    left = {seq: encode(seen(replace(m, deleted=True), frozenset())) for seq, m in members.items() if m.id in gone}
    return [replace(row, payload=left[row.seq]) if row.seq in left else row for row in rows]


def _named(ref: MemberRef) -> Member:
    return Member(id=ref.id, full_name=ref.full_name, membership_number=ref.membership_number)
