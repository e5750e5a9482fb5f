"""Any commands in any order: the tables are always the projection of the journal."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import CheckIn, CheckInEvent, CheckOut, Command, Correct, Undo
from server.admin.verify import check
from server.store import Outcome, opening
from tests.factories import member_row
from tests.gym_kit import stored
from tests.sqlite_kit import connection_of
from tests.till import DAY, Till

pytestmark = pytest.mark.slow


class Gym(RuleBasedStateMachine):
    """Any commands in any order; after each the tables are the fold of the journal and the counters a recount."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        members = [
            member_row("1", "One"),
            member_row("2", "Two", visits_left=2),
            member_row("3", "Three", visits_left=0),
        ]
        self.till = Till(Path(self.folder.name) / "gym.db", *members, member_row("4", "Four", status="banned"))
        self.cards = 2
        self.given: list[tuple[str, Command, str, Outcome]] = []

    def teardown(self) -> None:
        self.till.store.close()
        with opening.audit(Path(self.folder.name) / "gym.db") as tables:
            assert check(tables).wrong == []
        self.folder.cleanup()

    def give(self, payload: Command, user: str) -> None:
        id = f"c{len(self.given)}"
        self.given.append((id, payload, user, self.till.give(payload, id=id, user=user)))

    users = st.sampled_from(["ana", "ana", "ben", "mia"])
    codes = st.sampled_from(["1", "2", "3", "4", "5"])
    agos = st.none() | st.integers(0, 3 * DAY)

    @rule(code=codes, user=users, ago=agos, offline=st.booleans())
    def check_in(self, code: str, user: str, ago: int | None, offline: bool) -> None:
        at = None if ago is None else clock.to_text(self.till.now - ago)
        self.give(CheckIn(code=code, occurred_at=at, offline=offline), user)

    @rule(code=codes, user=users, ago=agos, offline=st.booleans())
    def check_out(self, code: str, user: str, ago: int | None, offline: bool) -> None:
        at = None if ago is None else clock.to_text(self.till.now - ago)
        self.give(CheckOut(code=code, occurred_at=at, offline=offline), user)

    @rule(back=st.integers(1, 8), user=users)
    def undo(self, back: int, user: str) -> None:
        self.give(Undo(command_id=f"c{len(self.given) - back}"), user)

    @rule(back=st.integers(1, 8), code=st.none() | codes, came=agos, left=agos, void=st.booleans())
    def correct(self, back: int, code: str | None, came: int | None, left: int | None, void: bool) -> None:
        visits = list(self.till.store.all_visits())
        if back <= len(visits):
            times = [None if ago is None else clock.to_text(self.till.now - ago) for ago in (came, left)]
            member_id = None if code in (None, "5") else stored(self.till.store, code or "").id
            what = {} if void else {"member_id": member_id, "check_in_time": times[0], "check_out_time": times[1]}
            self.give(Correct(check_in_id=visits[-back].id, reason="wrong", void=void, **what), "mia")

    @rule(back=st.integers(1, 8))
    def repeat(self, back: int) -> None:
        if back <= len(self.given):
            id, payload, user, outcome = self.given[-back]
            if outcome.error is not None and outcome.error.code in ("invalid", "not_allowed"):
                return  # a rejection made no row, and is no answer for good
            before = self.till.seq
            again = self.till.give(payload, id=id, user=user)
            assert msgspec.json.encode(replace(again, duplicate=False)) == msgspec.json.encode(outcome)
            assert self.till.seq == before

    @rule(ms=st.integers(1, 2 * DAY))
    def wait(self, ms: int) -> None:
        self.till.now += ms

    @invariant()
    def the_counters_are_a_recount(self) -> None:
        assert self.till.store.stats() == self.till.recount()

    @invariant()
    def the_visits_are_the_fold_of_the_journal(self) -> None:
        rows = self.till.store.read(0, 10_000)
        assert [row.seq for row in rows] == list(range(1, self.till.seq + 1))
        folded: dict[str, CheckInEvent] = {}
        for row in rows:
            if row.type == CheckInEvent.type:
                event = msgspec.json.decode(row.payload, type=CheckInEvent)
                assert event.seq == row.seq
                folded[event.id] = event
        assert {visit.id: visit for visit in self.till.store.all_visits()} == folded
        present = [visit.member.id for visit in folded.values() if visit.status == "checked_in"]
        assert len(present) == len(set(present))
        listed = [msgspec.json.decode(visit, type=CheckInEvent) for visit in self.till.store.snapshot().present]
        assert sorted(visit.member.id for visit in listed) == sorted(present)

    @invariant()
    def a_card_has_lost_what_its_visits_took(self) -> None:
        rows = connection_of(self.till.store).execute("SELECT event FROM visits WHERE punched = 1").fetchall()
        two = stored(self.till.store, "2").id
        taken = [event for row in rows if (event := msgspec.json.decode(row[0], type=CheckInEvent)).member.id == two]
        kept = [v for v in taken if not (v.status == "checked_out" and "undone" in v.flags)]
        assert stored(self.till.store, "2").visits_left == self.cards - len(kept)


Gym.TestCase.settings = settings(max_examples=25, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow])
TestWhateverHappens = Gym.TestCase
