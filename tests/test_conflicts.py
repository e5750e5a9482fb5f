"""The report for a manager after desks have been alone: what did not fit is one line each, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.protocol import CheckIn, CheckOut, MemberFields, SaveMember, Undo
from server.admin import conflicts as command
from server.gym import queries
from server.gym.conflicts import report
from server.store import StoreError
from server.store.sql.conflicts import ROWS
from tests.engines import Engine, on_sqlite
from tests.factories import member_row
from tests.gym_kit import add_user, name_gym, stored, token
from tests.kit import Wire, serving
from tests.sqlite_kit import reader_of
from tests.till import DAY, HOUR, MINUTE, NINE, Till


@pytest.fixture
def database(engine: Engine) -> str | Path:
    return engine.database


@pytest.fixture
def gym(database: str | Path) -> Iterator[Till]:
    """A gym in Zurich, where it is ten o'clock."""
    till = Till(
        database,
        member_row("1", "Ana Silva"),
        member_row("2", "Ben Ode", valid_until="2026-11-03"),
        member_row("3", "Eva\x1b[31m"),
    )
    name_gym(database, name=None, timezone="Europe/Zurich", capacity=None)
    with closing(till.store):
        yield till


def test_where_all_has_fitted_there_is_nothing_to_look_at(gym: Till) -> None:
    gym.check_in("1")
    gym.check_out("1")
    gym.refused(CheckIn(code="2"))
    gym.refused(CheckIn(code="7"), id=clock.new_id(gym.now - MINUTE // 2))
    gym.offline(NINE - HOUR, "1")
    gym.done(CheckOut(code="1", occurred_at=clock.to_text(NINE), offline=True))
    assert report(gym.store, 0) == []


def test_two_desks_that_have_seen_one_person_come_in(gym: Till) -> None:
    gym.check_in("1", user="ben", desk="Side door")
    gym.offline(NINE - 30 * MINUTE, "1")
    gym.offline(NINE - 20 * MINUTE, "1", desk=None)
    in_since = "checked in a second time; in since Sun 22 Nov 10:00, Side door (ben). That visit stands."
    assert report(gym.store, 0) == [
        f"Sun 22 Nov 09:30  Ana Silva (1), Front (ana): {in_since}",
        f"Sun 22 Nov 09:40  Ana Silva (1), no desk (ana): {in_since}",
    ]
    gym.check_out("1", desk="Back door")  # it is not where she came in
    assert "in since Sun 22 Nov 10:00, Side door (ben). That visit stands." in report(gym.store, 0)[0]


def test_who_came_in_against_the_rules(gym: Till) -> None:
    gym.offline(NINE - HOUR, "2", id="in")
    reason = "which the rules refuse or warn of (membership expired 3 Nov)"
    line = f"Sun 22 Nov 09:00  Ben Ode (2), Front (ana): came in, {reason}. The visit counts."
    assert report(gym.store, 0) == [line]
    gym.check_out("2", id="out")
    assert report(gym.store, 0) == [line]  # a visit forgets it when it ends; the journal does not
    gym.undo("out")
    gym.undo("in")
    assert report(gym.store, 0) == []  # somebody has seen to it


def test_what_came_many_days_later(gym: Till) -> None:
    gym.offline(NINE - 9 * DAY, "1")
    gym.done(CheckOut(code="1", occurred_at=clock.to_text(NINE - 8 * DAY), offline=True))
    assert report(gym.store, 0) == [
        "Fri 13 Nov 10:00  Ana Silva (1), Front (ana): the check-in came to the server 9 days later. It is recorded.",
        "Sat 14 Nov 10:00  Ana Silva (1), Front (ana): the check-out came to the server 8 days later. It is recorded.",
    ]


def test_what_a_desk_had_promised_and_the_server_refused(gym: Till) -> None:
    id = clock.new_id(NINE - 2 * HOUR)
    gym.refused(CheckOut(code="1", occurred_at=clock.to_text(NINE - 2 * HOUR), offline=True), id=id)
    gym.refused(Undo(command_id="what"), id=clock.new_id(NINE - HOUR))
    assert report(gym.store, 0) == [
        "Sun 22 Nov 08:00  Ana Silva (1), Front (ana): the check-out came to the server Sun 22 Nov 10:00, and was "
        "refused. Ana Silva is not in: nothing to check out.",
        "Sun 22 Nov 09:00  somebody, Front (ana): the undo came to the server Sun 22 Nov 10:00, and was refused. "
        "There is no check-in or check-out by that id to undo.",
    ]


@on_sqlite
def test_the_command_line_shows_what_was_recorded_in_the_last_days(
    gym: Till, database: str | Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NINE + 2 * DAY)
    gym.check_in("3")
    gym.offline(NINE - HOUR, "3")
    command.conflicts(database=str(database), days=7)
    line = capsys.readouterr().out
    assert line.startswith("Sun 22 Nov 09:00  Eva[31m (3), Front (ana): checked in a second time")
    command.conflicts(database=str(database), days=1)
    assert capsys.readouterr().out == (
        "Nothing to look at: all that desks have done alone and told since Mon 23 Nov 10:00 has fitted.\n"
    )
    with pytest.raises(WrongUsage, match="of one day at the least"):
        command.conflicts(database=str(database), days=0)
    with pytest.raises(StoreError, match="There is no gym in"):
        command.conflicts(database=f"{database}x", days=1)


async def test_a_client_asks_for_the_newest_of_a_week_or_since_a_time(gym: Till, database: str | Path) -> None:
    add_user(gym.store, "otto", "operator")
    gym.check_in("3")
    gym.offline(NINE - HOUR, "3")
    gym.now += 5 * DAY
    gym.offline(gym.now - HOUR, "2")
    today, ticket = clock.to_text(gym.now), token(database, "otto", ttl=30 * DAY // 1000, now=NINE)
    async with serving(database, now=lambda: gym.now) as server, Wire.open(server.url, ticket) as wire:
        both = (await wire.ask("list_conflicts"))["result"]
        last, clash = both["conflicts"]
        assert (last["recorded_at"], last["at"]) == (today, clock.to_text(gym.now - HOUR))
        assert clash == {
            "at": clock.to_text(NINE - HOUR),
            "recorded_at": clock.to_text(NINE),
            "member": {"id": clash["member"]["id"], "full_name": "Eva\x1b[31m", "membership_number": "3"},
            "desk": "Front",
            "by": "ana",
            "sentence": "checked in a second time; in since Sun 22 Nov 10:00, Front (ana). That visit stands.",
        }
        assert both["more"] is False
        assert (await wire.ask("list_conflicts", {"limit": 1}))["result"] == {"conflicts": [last], "more": True}
        assert (await wire.ask("list_conflicts", {"since": today}))["result"]["conflicts"] == [last]
        gym.now += 3 * DAY
        assert (await wire.ask("list_conflicts"))["result"]["conflicts"] == [last]
        assert (await wire.ask("list_conflicts", {"since": "yesterday"}))["error"]["code"] == "invalid"


async def test_an_answer_is_no_longer_than_a_message(
    gym: Till, database: str | Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MAX_PART", 800)
    add_user(gym.store, "otto", "operator")
    gym.check_in("1")
    for minutes in range(5):
        gym.offline(NINE - minutes * MINUTE, "1")
    async with serving(database, now=lambda: gym.now) as server, Wire.open(server.url, token(database, "otto")) as wire:
        told = (await wire.ask("list_conflicts"))["result"]
    assert [note["at"] for note in told["conflicts"]] == [clock.to_text(NINE - minutes * MINUTE) for minutes in (4, 3)]
    assert told["more"] is True


@on_sqlite
def test_the_newest_are_found_without_a_look_at_the_others(gym: Till) -> None:
    gym.check_in("1")
    for minutes in range(20):
        gym.offline(NINE - minutes * MINUTE, "1")
    gym.now += MINUTE
    gym.refused(CheckOut(code="2", offline=True), id=clock.new_id(NINE - HOUR))
    asked: list[str] = []
    reader_of(gym.store).set_trace_callback(asked.append)
    found = gym.store.conflicts(0, 3)
    reader_of(gym.store).set_trace_callback(None)
    assert [conflict.at for conflict in found] == [NINE - HOUR, NINE - 19 * MINUTE, NINE - 18 * MINUTE]
    assert len(asked) == 1 + 2 * 2  # the rows, and of the two visits what they are now, and what was before
    assert len(gym.store.conflicts(0)) == 21


@on_sqlite
def test_the_rows_are_found_by_their_time(gym: Till) -> None:
    plan = reader_of(gym.store).execute(f"EXPLAIN QUERY PLAN {ROWS}", (NINE, NINE + DAY)).fetchall()
    assert [row[3] for row in plan] == ["SEARCH journal USING INDEX journal_told_late (at>? AND at<?)"]


def test_a_card_that_is_somebody_elses_by_now(gym: Till) -> None:
    """The desk was alone when the card went from Ana to Cem: it knew Ana by it."""
    ana = stored(gym.store, "1").id
    for fields in (
        MemberFields(id=ana, membership_number="11"),
        MemberFields(full_name="Cem Kaya", membership_number="1"),
    ):
        assert gym.give(SaveMember(member=fields), user="mia").error is None
    at, eva = clock.to_text(NINE - HOUR), stored(gym.store, "3").id
    came = gym.done(CheckIn(member_id=ana, card="1", occurred_at=at, offline=True))
    assert (came.member.id, came.flags) == (ana, ("offline", "reissued"))
    assert gym.done(CheckIn(member_id=eva, card="3", occurred_at=at, offline=True)).flags == ("offline",)
    left = gym.done(CheckOut(member_id=ana, card="1", occurred_at=at, offline=True))
    assert (left.id, left.flags) == (came.id, ("offline", "reissued"))
    said = "by the card 1, which belongs to Cem Kaya now. It is recorded as the desk knew it."
    assert report(gym.store, 0) == [
        f"Sun 22 Nov 09:00  Ana Silva (1), Front (ana): the check-in was {said}",
        f"Sun 22 Nov 09:00  Ana Silva (1), Front (ana): the check-out was {said}",
    ]
