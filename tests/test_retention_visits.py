"""Visits of long ago go when that is asked for: what was counted stays, and each member's last; `verify` is content."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.protocol import CheckInEvent
from server.admin import trim
from server.admin.trim import trim as trimming
from server.gym.old_visits import forget
from server.store.opening import open_store
from tests.factories import member_row
from tests.sqlite_kit import reader_of
from tests.till import DAY, NINE, Till
from tests.verify_kit import day, looked_at, path

__all__ = ["path"]


@pytest.fixture(autouse=True)
def _a_year_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NINE + 365 * DAY)


def hours(path: Path) -> list[tuple[object, ...]]:
    with closing(open_store(path)) as store:
        return reader_of(store).execute("SELECT * FROM hours ORDER BY hour").fetchall()


def visits(path: Path) -> dict[str, CheckInEvent]:
    with closing(open_store(path)) as store:
        return {visit.id: visit for visit in store.all_visits()}


def shorten_journal(path: Path, rows: int) -> None:
    with closing(open_store(path)) as store:
        store.write([partial(trim._forget, seq=rows)])


def newest(path: Path) -> int:
    with closing(open_store(path)) as store:
        return store.head().seq


@pytest.mark.parametrize("seed", range(2))
def test_what_is_gone_was_counted_and_everything_else_is_as_it_was(path: Path, seed: int) -> None:
    day(path, seed).store.close()
    shorten_journal(path, last := newest(path) - 20)
    before, counted = visits(path), hours(path)
    trimming(database=str(path), days=90, visits=300, apply=True)
    after = visits(path)
    assert hours(path) == counted
    assert (looked_at(path).wrong, after.items() <= before.items()) == ([], True)
    gone = [before[id] for id in before.keys() - after.keys()]
    assert len(gone) > 10
    assert all(visit.check_out_time is not None and visit.seq <= last for visit in gone)
    assert {visit.member.id for visit in after.values()} == {visit.member.id for visit in before.values()}


def test_first_it_is_told_and_what_the_journal_has_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "gym.db"
    till = Till(path, member_row("1", "Ana Silva"))
    for _ in range(3):
        till.check_in()
        last = till.check_out()
        till.now += DAY
    till.store.close()
    trimming(database=str(path), days=90, visits=300)
    assert capsys.readouterr().out.splitlines() == [
        "0 visits would go for good; what was counted of them stays.",
        "2 visits as old stay as long as the journal has them: `gymtui admin trim` shortens it.",
        "Nothing is done yet: --apply does it, and nothing brings them back but a backup.",
    ]
    shorten_journal(path, newest(path) - 1)
    trimming(database=str(path), days=90, visits=300)
    assert capsys.readouterr().out.startswith("2 visits would go for good")
    assert len(visits(path)) == 3
    trimming(database=str(path), days=90, visits=300, apply=True)
    assert capsys.readouterr().out == "2 visits are gone; what was counted of them stays.\n"
    assert list(visits(path)) == [last.id]
    trimming(database=str(path), days=90, visits=300, apply=True)
    assert capsys.readouterr().out.startswith("0 visits are gone")
    assert looked_at(path).wrong == []


def test_one_that_was_opened_again_meanwhile_stays(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db", member_row("1", "Ana Silva"))
    visit = till.check_in()
    gone: list[int] = []
    till.store.write([lambda tx: gone.append(forget(tx, [visit.id, "x"], till.now + DAY, till.seq + 1))])
    assert (gone, [one.id for one in till.store.all_visits()]) == ([0], [visit.id])
    till.store.close()


def test_a_month_is_the_least_and_one_thing_is_done_at_a_time(path: Path) -> None:
    with pytest.raises(WrongUsage, match="Visits of the last 30 days are kept"):
        trimming(database=str(path), days=90, visits=29)
    with pytest.raises(WrongUsage, match="please give --gone or --visits"):
        trimming(database=str(path), days=90, visits=300, gone=300)
