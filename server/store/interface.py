"""The interface that an engine implements: `Transaction` changes, `Store` answers, `Lists` go out.

Methods are lines, not sentences, where the name and the types say it all; the records say what they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

from gymtui.cards.owned import Owned
from gymtui.protocol import (
    CheckInEvent,
    ErrorBody,
    Event,
    Gym,
    ListCheckIns,
    ListRefusals,
    Member,
    MemberRef,
    MemberTotals,
    Peak,
    Stats,
)
from server.store.accounts import AccountsStore, AccountsTransaction
from server.store.desks import Desks, DesksStore
from server.store.peers import Peers
from server.store.persons import Erasure, Merges, PersonsStore
from server.store.records import (
    Access,
    Committed,
    Conflict,
    Counts,
    Head,
    ImportedRow,
    JournalRow,
    KeptVisit,
    MemberChange,
    Outcome,
    Room,
    Row,
    Settled,
    SnapshotData,
    Visit,
)


class Transaction(AccountsTransaction, Protocol):
    """One change in the making. `at` is the time of day (ms) of the commit, the same for all work in it."""

    @property
    def at(self) -> int: ...
    @property
    def gym(self) -> Gym: ...
    @property
    def next_seq(self) -> int: ...
    @property
    def currently_in(self) -> int: ...
    @property
    def card_key(self) -> bytes:
        """The gym's own key, which nobody is told: it seals what the journal says of unknown cards."""

    # --- the journal, and the counters that move with it ---

    def settled(self, command_id: str) -> Settled | None:
        """The command that has its row under this idempotency key."""

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
        """Writes the next row; `event.seq` is `next_seq` already. Gives the event, encoded."""

    def count(self, counts: Counts) -> None: ...

    @property
    def erasure(self) -> Erasure: ...
    @property
    def merges(self) -> Merges: ...
    @property
    def desks(self) -> Desks: ...
    def forget(self, seq: int) -> None:
        """Trims the journal: the rows up to this one go, and that their commands were ever given."""

    def keep_before(self, number: int, before: Member | None) -> None:
        """Keeps beside the newest row, which an import of that number has written, who the member was before."""

    def forget_before(self, seqs: Iterable[int]) -> None:
        """What was kept beside these rows goes."""

    def begin_epoch(self) -> None:
        """For a server: the journal of a backup, or of a database that has lost what came last, gets a new epoch; any
        other stays as it is."""

    def end_epoch(self) -> None:
        """It is such a journal, whoever says so: the next server, or those that run, give it a new epoch."""

    def touch(self) -> None:
        """Changes what nobody looks at, so that even a commit of nothing else has to write to the disk."""

    # --- the gym's tables; `put_` adds, or takes the place of what has that id or name ---

    def put_gym(self, gym: Gym) -> None: ...
    def member(self, member_id: str) -> Member | None: ...
    def called(self, external_id: str) -> Member | None: ...  # by the program before
    def changes_of(self, member_id: str, after: int) -> Iterator[MemberChange]: ...  # the newest first
    def recorded_at(self, seq: int) -> int | None: ...  # when a row was (ms); None where it was trimmed
    def guests_on(self, day: str, since: int) -> set[str]: ...  # whose last day it is, but for who came in vain

    def look_ahead(
        self, ids: Iterable[str], keys: Iterable[str], external_ids: Iterable[str]
    ) -> tuple[set[str], set[str]]:
        """Reads these members at once, for `member`; gives which of the keys no card has, and by which of the ids of
        the program before nobody was called."""

    def cards(self, *keys: str) -> Sequence[Owned]:
        """The cards in use or lost that have one of these canonical keys, each once and with its owner."""

    def all_cards(self) -> Iterator[tuple[str, str]]:
        """Code and member's id of every card in use or lost."""

    def put_member(self, member: Member, *, found_later: bool = False) -> None:
        """A new member who is `found_later` is found by card at once, and by name and number as soon as his words are
        in the index: see `Store.unindexed`."""

    def index(self, words: Sequence[tuple[str, str]], seq: int) -> None:
        """Enters words of members, `(word, member id)`, as these were at a row of the journal: not of whom has changed
        since."""

    def indexed(self, seq: int) -> None:
        """Everybody who came up to this row is in the index."""

    def visit(self, visit_id: str) -> Visit | None: ...
    def open_visit(self, member_id: str) -> Visit | None: ...
    def last_visit(self, member_id: str) -> Visit | None: ...
    def overlapping(self, member_id: str, since: int, until: int | None, *, but: str) -> Visit | None:
        """Another visit of the member, open or not, that is in part in `[since, until)` (ms; None: from then on)."""

    def add_visit(self, visit: Visit, event: bytes, notes: str | None = None) -> None:
        """One that begins; `event` is the visit's event, encoded."""

    def put_visit(self, visit: Visit, event: bytes, notes: str | None = None) -> None:
        """One that there is already; new notes come behind old ones."""

    def forget_visits(self, ids: Iterable[str], counts: Counts) -> None:
        """Takes visits out for good; what was counted of them stays counted, and is kept in sum."""


Work = Callable[[Transaction], Outcome | None]
"""What is done to the gym in a transaction; None is short for `DONE`. It may run again after a commit that failed."""

DONE: Final = Outcome()


class Store(AccountsStore, DesksStore, PersonsStore, Protocol):
    """A gym's database. Every method blocks; `write` belongs to one thread, queries may come from any.

    Any of them raises StoreUnavailable where the database cannot be used just now. Members, visits and events come
    encoded where a message takes them as they are. No page holds more than one message may.
    """

    def write(self, works: Sequence[Work]) -> tuple[list[Outcome], Committed]:
        """All of `works` in one commit, in order; durable when it returns. StoreUnavailable: nothing was done."""

    def close(self) -> None: ...
    def within(self, seconds: float) -> AbstractContextManager[None]: ...  # what this thread reads then; TooLong

    def room(self) -> Room: ...

    @property
    def peers(self) -> Peers | None:
        """None where servers of one gym hear of each other by nothing but its journal."""

    # --- the journal ---

    def head(self) -> Head: ...

    def read(self, after: int, limit: int) -> list[Row]:
        """The rows behind `after`, `limit` of them at the most; what was trimmed is passed over."""

    def oldest(self) -> int:
        """The `seq` of the first row that was not trimmed."""

    def first_since(self, at: int) -> int:
        """The `seq` of the first row written at a time (ms) or later; the next one where there is none."""

    def imported(self, number: int | None) -> tuple[int, list[ImportedRow]]:
        """The number of an import, None for the newest, and what it has written, oldest first; nothing where it was
        undone or trimmed."""

    def epoch(self) -> str: ...

    def gym_id(self) -> str:
        """Which gym this is: the same in every copy, whatever its journal and the gym are called by now."""

    def conflicts(self, since: int, limit: int | None = None) -> list[Conflict]:
        """What was recorded since a time (ms) and did not fit, the newest first."""

    # --- the gym as it stands ---

    def gym(self) -> Gym: ...
    def stats(self) -> Stats: ...

    def snapshot(self, *, seq: int | None = None, visit: str | None = None) -> SnapshotData:
        """Position and data of one moment; with both arguments, the rest of a snapshot of `seq` behind that visit."""

    def open_since(self, before: int) -> list[tuple[str, int]]:
        """`(id, since)` of the open visits that began before a time (ms), the oldest first: since when it is known that
        they are open, by the check-in or by the undo of a check-out (ms)."""

    def search_members(self, text: str, limit: int) -> list[bytes]:
        """Whom the text finds, the likeliest first; every engine finds the same, by the readings of `gymtui.search`."""

    def near_members(self, text: str, limit: int) -> list[bytes]:
        """Whom it finds only with an error in it, beside fewer than a screenful whom it finds; where nobody is, the
        nearest."""

    def get_member(self, member_id: str) -> tuple[bytes, list[bytes], MemberTotals] | None:
        """A member, their last visits, the newest first, and all of them in figures."""

    def peak(self, weeks: int) -> Peak:
        """When it is busy, by so many weeks before today."""

    def list_present(self, limit: int, cursor: str | None) -> tuple[list[bytes], str | None, int]:
        """A page of open visits, the newest first; the cursor of the next page; the `seq` of it all. NoPage."""

    def list_check_ins(self, wanted: ListCheckIns) -> tuple[list[bytes], str | None, int | None]:
        """A page of visits, the newest first, and the cursor of the next page; with the first of several, how many
        visits there are in all, where that can be seen by as many rows as a page goes through. NoPage; ValueError for a
        wrong time. A page that would have to look through too many holds what was found until then."""

    def list_refusals(self, wanted: ListRefusals) -> tuple[list[bytes], str | None, int | None]:
        """The same of refusals."""

    def sync_members(self, after_seq: int, limit: int) -> tuple[list[bytes], int, bool, int]:
        """Members that changed after a row, oldest change first; `after_seq` of the next page, whether there is one;
        the `seq` of it all."""

    def all_members(self) -> Iterator[Member]:
        """Everyone in the directory, deleted or not, by membership number."""

    def unindexed(self) -> tuple[list[Member], int]:
        """Whose words may not all be in the index, and at which row of the journal that was so."""

    def all_visits(self) -> Iterator[CheckInEvent]:
        """Every visit as it stands, the oldest first."""

    def rows_with(self, texts: Sequence[str]) -> list[JournalRow]:
        """The rows of the journal in which one of these stands."""

    def to_erase(self) -> list[str]:
        """The ids of members who were erased, and whom a backup has brought back."""

    def write_over(self) -> None:
        """Nothing that was deleted is left in the log beside the file, unless another program is reading there."""


class Lists(Protocol):
    """A gym as it stands at one moment, as what goes out of it: row by row, however many there are. Times are ms; of a
    range `[since, until)`. A visit comes with its member as that one is called today."""

    def gym(self) -> Gym: ...
    def members(self) -> Iterator[Member]:
        """Everyone in the directory, deleted or not, by membership number."""

    def visits(self, since: int, until: int) -> Iterator[tuple[CheckInEvent, MemberRef]]:
        """Those that began then, the oldest first."""

    def present(self) -> Iterator[tuple[CheckInEvent, MemberRef]]:
        """The open ones, the oldest first."""

    def conflicts(self, since: int, until: int) -> Iterator[Conflict]:
        """What was recorded then and did not fit, the newest first."""

    def journal(self, until: int) -> Iterator[JournalRow]:
        """The rows that were written before a time, in order."""

    def accesses(self, until: int) -> Iterator[Access]:
        """What was done about who may come in before a time, in order."""

    def named(self, text: str) -> Member | None:
        """Who has this id or this membership number."""

    def merged_into(self, member_id: str) -> list[str]:
        """The ids of the member's other records."""

    def quiet_since(self, before: int) -> Iterator[tuple[Member, int | None]]:
        """Who is out, and of whom nothing was said and who never came since a time; with the last check-in."""

    def visits_of(self, member_id: str) -> Iterator[KeptVisit]: ...

    def rows_about(self, member_id: str) -> Iterator[JournalRow]:
        """The rows of the journal in which the member is named."""
