"""Roll-calls at the server: each step is a row, none is refused for what was before it, a late comer is told of all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from gymtui import clock
from gymtui.protocol import ERASED, MAX_PART, RollCall, RollCallUpdate, Snapshot
from server.admin.deeds import deeds
from server.admin.verify import verify
from server.gym.erasing import about, erase
from server.net.hub import _parts
from server.store.sql.queries import ROLL_CALL
from tests.factories import member_row
from tests.sqlite_kit import reader_of
from tests.till import DAY, MINUTE, NINE, Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path / "gym.db", member_row("1", "Ana Silva"), member_row("2", "Ben Ode"))
    with closing(till.store):
        yield till


def give(till: Till, request: RollCall, id: str | None = None) -> RollCallUpdate:
    outcome = till.give(request, id=id)
    assert outcome.result is not None, outcome.error
    return msgspec.json.decode(outcome.result, type=RollCallUpdate)


def ana(till: Till) -> str:
    return next(member.id for member in till.store.all_members() if member.full_name == "Ana Silva")


def snapshot(till: Till) -> list[RollCallUpdate]:
    """The steps of a snapshot, as a client reads them."""
    parts = [msgspec.json.decode(part) for part in _parts(till.store.snapshot())]
    assert [part["payload"]["more"] for part in parts] == [True] * (len(parts) - 1) + [False]
    found = [msgspec.convert(part["payload"], Snapshot).roll_call for part in parts]
    return [step for steps in found if steps is not msgspec.UNSET for step in steps]


def test_a_step_is_a_row_once(till: Till, tmp_path: Path) -> None:
    start = give(till, RollCall(roll_call_id="r", step="start", drill=True), "s")
    assert (start.at, start.by, start.desk, start.seq) == (clock.to_text(NINE), "ana", "Front", till.seq)
    mark = RollCall(roll_call_id="r", step="safe", member_id=ana(till), queued_by="ben")
    told = give(till, mark, "m")
    assert (told.member and told.member.full_name, told.by) == ("Ana Silva", "ben, sent by ana")
    before = till.seq
    assert give(till, mark, "m") == told
    assert till.seq == before
    verify(database=str(tmp_path / "gym.db"))


def test_no_mark_is_refused_for_what_was_before_it(till: Till) -> None:
    ended = till.now
    give(till, RollCall(roll_call_id="r", step="end", found=0, missing=1))
    till.now += 30 * MINUTE
    late = RollCall(roll_call_id="r", step="safe", member_id="nobody", occurred_at=clock.to_text(ended - MINUTE))
    told = give(till, late)
    assert (told.member and told.member.full_name, told.at) == (ERASED, clock.to_text(ended - MINUTE))
    assert give(till, RollCall(roll_call_id="unheard", step="safe", name="A plumber")).name == "A plumber"


@pytest.mark.parametrize(
    "request_",
    [
        RollCall(roll_call_id="r", step="safe"),
        RollCall(roll_call_id="r", step="safe", member_id="m", name="n"),
        RollCall(roll_call_id="r", step="not_safe"),
        RollCall(roll_call_id="r", step="start", ends_with="other"),
        RollCall(roll_call_id="r", step="start", occurred_at="2026-02-30T09:00:00Z"),
    ],
)
def test_what_says_nothing_is_no_step(till: Till, request_: RollCall) -> None:
    before = till.seq
    assert till.refused(request_).code == "invalid"
    assert till.seq == before


def test_a_late_comer_is_told_of_the_last_day_and_nobody_else_pays_for_it(till: Till) -> None:
    assert b"roll_call" not in next(_parts(till.store.snapshot()))
    old = give(till, RollCall(roll_call_id="r0", step="start"))
    till.now += DAY + 1
    new = [give(till, RollCall(roll_call_id="r", step=step)) for step in ("start", "end")]
    assert snapshot(till) == new != [old, *new]
    plan = reader_of(till.store).execute(f"EXPLAIN QUERY PLAN {ROLL_CALL}", (0, 9)).fetchall()
    assert "USING INDEX journal_roll_calls" in plan[0][-1]


def test_many_marks_are_parts_that_a_message_holds(till: Till) -> None:
    till.check_in("1")
    give(till, RollCall(roll_call_id="r", step="start"))
    marks = [give(till, RollCall(roll_call_id="r", step="safe", name=f"{'x' * 250}{n}")) for n in range(150)]
    assert snapshot(till)[1:] == marks
    parts = list(_parts(till.store.snapshot()))
    assert len(parts) > 2
    assert max(map(len, parts)) < MAX_PART // 4
    assert [b'"status":"checked_in"' in part for part in parts] == [True] + [False] * (len(parts) - 2) + [True]


def test_the_audit_tells_each_step(till: Till) -> None:
    give(till, RollCall(roll_call_id="r", step="start", drill=True))
    give(till, RollCall(roll_call_id="r", step="safe", name="A plumber"))
    give(till, RollCall(roll_call_id="r", step="end", found=1, missing=2))
    give(till, RollCall(roll_call_id="of another desk", step="end", found=1, missing=2, ends_with="r"))
    with closing(till.store):
        rows = till.store.rows_with(["roll_call_id"])
    assert [deed.outcome for deed in deeds(rows)] == [
        "start, drill",
        "safe, A plumber",
        "end, 1 found, 2 missing",
        "end, counted with the other that it was one with",
    ]


def test_whoever_is_erased_is_in_no_roll_call(till: Till) -> None:
    id = ana(till)
    give(till, RollCall(roll_call_id="r", step="safe", member_id=id))
    give(till, RollCall(roll_call_id="r", step="safe", name="Ana Silva"))
    found = about(till.store, id)
    till.store.write([lambda tx: erase(tx, id, found)])
    named, plain = snapshot(till)
    assert (named.member and named.member.full_name, plain.name) == (ERASED, ERASED)
