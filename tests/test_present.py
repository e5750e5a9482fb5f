"""`gymtui admin present`: who was in at a time, beside a week before."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymtui.errors import WrongUsage
from server.admin.present import present
from tests.factories import member_row
from tests.gym_kit import name_gym
from tests.till import DAY, HOUR, MINUTE, NINE, Till


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    """Open on the Sundays 15 and 22 November, from nine in the morning; Zürich is an hour later."""
    path = tmp_path / "gym.db"
    till = Till(path, *(member_row(number, name) for number, name in (("1", "Ana"), ("2", "Ben"), ("3", "Cal"))))
    till.now = NINE - 7 * DAY
    till.check_in("1")
    till.now += HOUR
    till.check_out("1")
    till.now = NINE
    till.check_in("1")
    till.now += 30 * MINUTE
    till.check_in("2")
    till.now += 10 * MINUTE
    till.check_out("1")
    wrong = till.check_in("3", id="by mistake")
    till.undo(wrong.command_id)
    till.store.close()
    name_gym(path, timezone="Europe/Zurich")
    return path


def told(gym: Path, capsys: pytest.CaptureFixture[str], at: str | None, now: int = NINE + 2 * HOUR) -> list[str]:
    present(database=str(gym), at=at, now=lambda: now)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("at", ["10:35", "today 10:35", "22 Nov 10:35", "2026-11-22T10:35", "2026-11-22 09:35Z"])
def test_who_was_in_at_a_time_beside_a_week_before(gym: Path, capsys: pytest.CaptureFixture[str], at: str) -> None:
    assert told(gym, capsys, at) == [
        "Sun 22 Nov 10:35: 2 in, 2 had come that day; a week before 1 and 1",
        "10:00  Ana  1  Front, by ana",
        "10:30  Ben  2  Front, by ana",
    ]


def test_now_is_the_time_where_none_is_said(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(gym, capsys, None) == [
        "Sun 22 Nov 12:00: 1 in, 2 had come that day; a week before 0 and 1",
        "10:30  Ben  2  Front, by ana",
    ]


@pytest.mark.parametrize("at", ["last Sunday 10:59", "sun 10:59", "15 nov 10:59"])
def test_a_weekday_is_the_last_that_was(gym: Path, capsys: pytest.CaptureFixture[str], at: str) -> None:
    assert told(gym, capsys, at)[0] == "Sun 15 Nov 10:59: 1 in, 1 had come that day; a week before 0 and 0"


def test_a_time_that_is_still_to_come_was_yesterday(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(gym, capsys, "12:01")[0].startswith("Sat 21 Nov 12:01: 0 in")


@pytest.mark.parametrize("at", ["tuesday", "25:00", "someday 18:20", "31 Feb 10:00", "2026-13-01T10:00", ""])
def test_what_is_no_time_is_wrong_usage_with_examples(gym: Path, at: str) -> None:
    with pytest.raises(WrongUsage, match="is no time of a day: please say 18:20"):
        present(database=str(gym), at=at)
