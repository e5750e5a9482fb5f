"""A `Transaction`: what work may read and write between BEGIN and COMMIT."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from gymtui import clock
from gymtui.cards.owned import Owned, owned
from gymtui.codec import encode
from gymtui.protocol import ErrorBody, Event, Gym, Member
from server.store import DONE, Counts, Foreseen, Outcome, Row, Settled, Work
from server.store.sql.ahead import held_by, members_of, open_visits_of, settled_of
from server.store.sql.behind import WriteBehind
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
# Of a JSON array: the keys that no card has, the ids by which nobody was called.
NO_CARDS = "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM cards WHERE key = value)"
NOBODYS = "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM members WHERE external_id = value)"

_gym = msgspec.json.Decoder(Gym)
_member = msgspec.json.Decoder(Member)


class SqlTransaction(MemberRows, Visits, ABC):
    """All work of one commit shares one. `rows` is what it has added to the journal so far; the counters, and the words
    of members, are kept in memory until `finish`, which writes them once. `touch` is each engine's own."""

    def __init__(self, database: Database, at: int) -> None:
        db = WriteBehind(database)
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
        self._cards: dict[tuple[str, ...], list[tuple[str, str]]] = {}  # whose, and their codes
        self._settled: dict[str, Settled | None] = {}  # what has been asked beforehand
        self._seen, self._open = {}, {}
        self._encoded: tuple[Event | None, bytes] = None, b""  # the member that was put last: most have a row too
        self._words = Words(None if late[0] is None else (late[0], late[1]))

    @property
    def next_seq(self) -> int:
        return self._seq + 1

    @property
    def card_key(self) -> bytes:
        key: bytes = self._one("SELECT key FROM card_key")[0]
        return key

    def do(self, works: Sequence[Work]) -> list[Outcome]:
        """All of them, in order, behind what they ask."""
        self._look_ahead_for([work for work in works if isinstance(work, Foreseen)])
        return [work(self) or DONE for work in works]

    def _look_ahead_for(self, works: Sequence[Foreseen]) -> None:
        """Asks once what each would ask by itself."""
        self._settled = settled_of(self._db, [work.command_id for work in works])
        held = held_by(self._db, {work.key for work in works if work.key is not None})
        self._cards = {(key,): [(member.id, code) for member, code in found] for key, found in held.items()}
        self._members = {member.id: member for found in held.values() for member, _ in found}
        wanted = {work.member_id for work in works if work.member_id is not None} - self._members.keys()
        self._members |= members_of(self._db, wanted)
        self._open = open_visits_of(self._db, self._members.keys())
        self._seen = {visit.id: visit for visit in self._open.values() if visit is not None}

    def finish(self) -> None:
        """Writes what is written once a commit, however much work was in it."""
        self._db.write()
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

    @abstractmethod
    def touch(self) -> None: ...

    # --- the journal ----------------------------------------------------------------------------------------------

    @property
    def currently_in(self) -> int:
        return self._currently_in

    def settled(self, command_id: str) -> Settled | None:
        if command_id not in self._settled:
            return settled_of(self._db, [command_id])[command_id]
        return self._settled[command_id]

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
        self._db.later("journal", APPEND, (*row, salt, self._link))
        self._seq = event.seq
        self._settled.pop(command_id or "", None)
        self.rows.append(Row(event.seq, event.type, payload))
        return payload

    def forget(self, seq: int) -> None:
        self._settled.clear()
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

    def end_epoch(self) -> None:
        self._db.execute("UPDATE gym SET is_copy = TRUE")

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
        self._settled.clear()
        self._forget_seen()
        return SqlErasure(self._db)

    @property
    def merges(self) -> Merges:
        self._forget_seen()
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
        self._members |= members_of(self._db, [id for id in ids if id not in self._members])
        no_cards = self._db.execute(NO_CARDS, (encode(list(keys)).decode(),))
        nobodys = self._db.execute(NOBODYS, (encode(list(external_ids)).decode(),))
        return {key for (key,) in no_cards}, {id for (id,) in nobodys}

    def cards(self, *keys: str) -> list[Owned]:
        if keys not in self._cards:
            found = [(_member.decode(member), code) for member, code in holders(self._db, *keys)]
            self._members |= {member.id: member for member, _ in found}
            self._cards[keys] = [(member.id, code) for member, code in found]
        return [owned(who, code) for id, code in self._cards[keys] if (who := self.member(id)) is not None]

    def all_cards(self) -> Iterator[tuple[str, str]]:
        return iter(self._db.execute("SELECT DISTINCT code, member_id FROM cards ORDER BY code, member_id"))

    def put_member(self, member: Member, *, found_later: bool = False) -> None:
        before = self.member(member.id)
        self._members[member.id] = member
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
        if index_cards(self._db, member, before):
            self._cards.clear()

    def index(self, words: Sequence[tuple[str, str]], seq: int) -> None:
        changed = {id for (id,) in self._db.execute("SELECT id FROM members WHERE seq > ?", (seq,))}
        enter(self._db, [entry for entry in words if entry[1] not in changed])

    def indexed(self, seq: int) -> None:
        late = self._words.late
        self._words.late = None if late is None or late[1] <= seq else (max(late[0], seq + 1), late[1])
