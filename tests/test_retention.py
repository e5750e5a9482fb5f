"""Who has been gone for so long is named, and erased when that is asked for; nobody else is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gymtui import clock
from gymtui.errors import WrongUsage
from server.admin.trim import trim
from tests.factories import member_row
from tests.gym_kit import add_members, stored
from tests.till import DAY, Till
from tests.verify_kit import looked_at

YEAR = 365 * DAY
GONE: dict[str, dict[str, Any]] = {
    "1": {"status": "inactive"},
    "2": {"guest": True},
    "3": {"valid_until": "2020-01-01"},
}
HERE: dict[str, dict[str, Any]] = {
    "4": {},  # a membership without an end
    "5": {"valid_until": "2099-01-01"},
    "6": {"guest": True},  # came lately
    "7": {"guest": True},  # is in since then
    "8": {"guest": True},  # was changed lately
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


@pytest.fixture
def gym(path: Path) -> Iterator[Till]:
    till = Till(path)
    with closing(till.store):
        till.now = clock.now() - 3 * YEAR
        add_members(till.store, [member_row(n, f"Member {n}", **fields) for n, fields in (GONE | HERE).items()])
        for number in ("2", "6", "7"):
            till.check_in(number)
        till.check_out("2")
        till.check_out("6")
        till.now = clock.now() - DAY
        till.check_in("6")
        till.check_out("6")
        add_members(till.store, [member_row("8", "Member 8", phone="079")])
        yield till


def test_nothing_is_erased_before_somebody_has_looked(
    gym: Till, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seq = gym.seq
    trim(database=str(path), days=90, gone=730)
    came = clock.to_text(clock.now() - 3 * YEAR)[:10]
    assert capsys.readouterr().out.splitlines() == [
        "Member 1 (1), never came",
        f"Member 2 (2), came last on {came}",
        "Member 3 (3), never came",
        "3 members would be erased. Nothing is done yet: please look, and add --apply.",
    ]
    assert gym.seq == seq


def test_who_is_gone_is_erased_and_nobody_else(gym: Till, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = [stored(gym.store, number) for number in HERE]
    trim(database=str(path), days=90, gone=730, apply=True)
    assert [stored(gym.store, number) for number in HERE] == here
    assert sum(member.full_name == "(erased)" for member in gym.store.all_members()) == len(GONE)
    assert looked_at(path).wrong == []
    assert capsys.readouterr().out.endswith("3 members erased.\n")
    trim(database=str(path), days=90, gone=730, apply=True)
    assert capsys.readouterr().out == "0 members erased.\n"


@pytest.mark.usefixtures("gym")
def test_a_month_is_the_least(path: Path) -> None:
    with pytest.raises(WrongUsage, match="Nobody is gone after less than 30 days"):
        trim(database=str(path), days=90, gone=29)
    with pytest.raises(WrongUsage, match="--apply belongs to --gone and --visits"):
        trim(database=str(path), days=90, apply=True)
