"""A `Transaction`: what work may read and write between BEGIN and COMMIT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from gymtui import clock
from gymtui.cards.owned import Owned, owned
from gymtui.codec import encode
from gymtui.protocol import ErrorBody, Event, Gym, Member
from server.store import Counts, Outcome, Row, Settled, as_result
from server.store.sql.card_index import holders, index_cards
from server.store.sql.chain import COLUMNS, Told, new_link
from server.store.sql.database import Database
from server.store.sql.desks import Desks
from server.store.sql.erasing import SqlErasure
from server.store.sql.member_rows import MemberRows
from server.store.sql.merges import Merges
from server.store.sql.visits import Visits
from server.store.sql.words import Words, enter

APPEND = f"INSERT INTO journal ({COLUMNS}, salt, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
SETTLED = 'SELECT kind, digest, "user", type, payload, error FROM journal WHERE command_id = ?'
# Of a JSON array: these members, the keys that no card has, the ids by which nobody was called.
THESE = "SELECT id, member FROM members WHERE id IN (SELECT value FROM json_each(?))"
NO_CARDS = "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM cards WHERE key = value)"
NOBODYS = "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM members WHERE external_id = value)"

_gym = msgspec.json.Decoder(Gym)
_member = msgspec.json.Decoder(Member)
_error = msgspec.json.Decoder(ErrorBody)


class SqlTransaction(MemberRows, Visits):
    """All work of one commit shares one. `rows` is what it has added to the journal so far; the counters, and the words
    of members, are kept in memory until `finish`, which writes them once. `touch` is each engine's own."""

    def __init__(self, db: Database, at: int) -> None:
        self.rows: list[Row] = []
        seq, currently_in, users_version, gym, link, *late = db.execute(
            "SELECT last_seq, currently_in, users_version, gym, link, late_from, late_until FROM gym"
        ).fetchone()
        super().__init__(db, at, users_version)
        self._seq: int = seq
        self._link: bytes = link
        self._currently_in: int = currently_in
        self.gym: Gym = _gym.decode(gym)
        self._hours: dict[str, list[int]] = {}
        self._members: dict[str, Member | None] = {}  # what has been looked up, as it is now
        self._cards: dict[tuple[str, ...], list[Owned]] = {}
        self._encoded: tuple[Event | None, bytes] = None, b""  # the member that was put last: most have a row too
        self._words = Words(None if late[0] is None else (late[0], late[1]))

    @property
    def next_seq(self) -> int:
        return self._seq + 1

    @property
    def card_key(self) -> bytes:
        key: bytes = self._one("SELECT key FROM card_key")[0]
        return key

    def finish(self) -> None:
        """Writes what is written once a commit, however much work was in it."""
        self._db.execute(
            "UPDATE gym SET last_seq = ?, currently_in = ?, users_version = ?, link = ?, late_from = ?, late_until = ?",
            (self._seq, self._currently_in, self._users_version, self._link, *(self._words.late or (None, None))),
        )
        self._db.executemany(
            "INSERT INTO hours VALUES (?, ?, ?, ?) ON CONFLICT (hour) DO UPDATE SET "
            "check_ins = hours.check_ins + excluded.check_ins, stays = hours.stays + excluded.stays, "
            "stay = hours.stay + excluded.stay",
            [(hour, *counts) for hour, counts in self._hours.items()],
        )
        self._words.write(self._db)

    # --- the journal ----------------------------------------------------------------------------------------------

    @property
    def currently_in(self) -> int:
        return self._currently_in

    def settled(self, command_id: str) -> Settled | None:
        row = self._one(SETTLED, command_id)
        if row is None:
            return None
        kind, digest, user, type, payload, error = row
        outcome = Outcome(result=as_result(type, payload)) if error is None else Outcome(error=_error.decode(error))
        return Settled(kind=kind, digest=digest, user=user, type=type, payload=payload, outcome=outcome)

    def append(
        self,
        event: Event,
        *,
        kind: str,
        user: str,
        command_id: str | None = None,
        digest: bytes = b"",
        error: ErrorBody | None = None,
    ) -> bytes:
        assert event.seq == self.next_seq
        payload = self._encoded[1] if event is self._encoded[0] else encode(event)
        refused = None if error is None else encode(error)
        row = Told(event.seq, event.type, self.at, kind, user, command_id, payload, digest, refused)
        salt, self._link = new_link(self._link, row)
        self._db.execute(APPEND, (*row, salt, self._link))
        self._seq = event.seq
        self.rows.append(Row(event.seq, event.type, payload))
        return payload

    def forget(self, seq: int) -> None:
        last = self._one("SELECT link FROM journal WHERE seq <= ? ORDER BY seq DESC LIMIT 1", seq)
        if last is not None:
            self._db.execute("UPDATE gym SET link_before = ?", last)
            self._db.execute("DELETE FROM journal WHERE seq <= ?", (seq,))
        self._db.execute("DELETE FROM imported WHERE seq <= ?", (seq,))

    def keep_before(self, number: int, before: Member | None) -> None:
        kept = None if before is None else encode(before)
        self._db.execute("INSERT INTO imported VALUES (?, ?, ?)", (self._seq, number, kept))

    def forget_before(self, seqs: Iterable[int]) -> None:
        self._db.executemany("DELETE FROM imported WHERE seq = ?", [(seq,) for seq in seqs])

    def begin_epoch(self) -> None:
        self._db.execute(
            "UPDATE gym SET gym_id = coalesce(gym_id, epoch), epoch = ?, is_copy = FALSE WHERE is_copy",
            (clock.new_id(self.at),),
        )

    def count(self, counts: Counts) -> None:
        self._currently_in += counts.currently_in
        hour = self._hours.setdefault(counts.hour, [0, 0, 0])
        hour[0] += counts.check_ins
        hour[1] += counts.stays
        hour[2] += counts.stay

    def put_gym(self, gym: Gym) -> None:
        self.gym = gym
        self._db.execute("UPDATE gym SET gym = ?", (encode(gym),))

    @property
    def erasure(self) -> SqlErasure:
        self._words.write(self._db)  # what is asked of the index is asked of it as it is by now
        return SqlErasure(self._db)

    @property
    def merges(self) -> Merges:
        return Merges(self._db)

    @property
    def desks(self) -> Desks:
        return Desks(self._db, self.at)

    # --- members --------------------------------------------------------------------------------------------------

    def member(self, member_id: str) -> Member | None:
        if member_id not in self._members:
            row = self._one("SELECT member FROM members WHERE id = ?", member_id)
            self._members[member_id] = None if row is None else _member.decode(row[0])
        return self._members[member_id]

    def look_ahead(
        self, ids: Iterable[str], keys: Iterable[str], external_ids: Iterable[str]
    ) -> tuple[set[str], set[str]]:
        wanted = [id for id in ids if id not in self._members]
        self._members |= dict.fromkeys(wanted)
        found = self._db.execute(THESE, (encode(wanted).decode(),))
        self._members |= {id: _member.decode(member) for id, member in found}
        no_cards = self._db.execute(NO_CARDS, (encode(list(keys)).decode(),))
        nobodys = self._db.execute(NOBODYS, (encode(list(external_ids)).decode(),))
        return {key for (key,) in no_cards}, {id for (id,) in nobodys}

    def cards(self, *keys: str) -> list[Owned]:
        if keys not in self._cards:
            found = [(_member.decode(member), code) for member, code in holders(self._db, *keys)]
            self._members |= {member.id: member for member, _ in found}
            self._cards[keys] = [owned(member, code) for member, code in found]
        return self._cards[keys]

    def all_cards(self) -> Iterator[tuple[str, str]]:
        return iter(self._db.execute("SELECT DISTINCT code, member_id FROM cards ORDER BY code, member_id"))

    def put_member(self, member: Member, *, found_later: bool = False) -> None:
        before = self.member(member.id)
        self._members[member.id] = member
        self._cards.clear()
        self._encoded = member, encode(member)
        self._db.execute(
            "INSERT INTO members VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET membership_number = "
            "excluded.membership_number, seq = excluded.seq, member = excluded.member, external_id = "
            "excluded.external_id",
            (member.id, member.membership_number, member.seq, self._encoded[1], member.external_id),
        )
        if found_later and before is None:
            self._words.put_late(member)
        else:
            self._words.put(member, before)
        index_cards(self._db, member, before)

    def index(self, words: Sequence[tuple[str, str]], seq: int) -> None:
        changed = {id for (id,) in self._db.execute("SELECT id FROM members WHERE seq > ?", (seq,))}
        enter(self._db, [entry for entry in words if entry[1] not in changed])

    def indexed(self, seq: int) -> None:
        late = self._words.late
        self._words.late = None if late is None or late[1] <= seq else (max(late[0], seq + 1), late[1])
