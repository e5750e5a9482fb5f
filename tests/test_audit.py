"""Who did what, from which desk, and what it changed: as lines, as rows, and of what is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gymtui.protocol import CheckIn, Configure, GymFields, MemberFields, Override, SaveMember
from server.admin.audit import audit
from server.admin.deeds import deeds
from server.store.opening import listed
from tests.factories import member_row
from tests.gym_kit import stored
from tests.till import DAY, NINE, Till


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gym.db"


@pytest.fixture
def gym(path: Path) -> Iterator[Till]:
    till = Till(path, member_row("1", "Ana Silva"), member_row("2", "Ben Ode", status="frozen"))
    with closing(till.store):
        till.now = NINE - DAY
        till.give(SaveMember(member=MemberFields(id=stored(till.store, "1").id, phone="079")), user="mia")
        till.now = NINE
        till.check_in("1", desk="Side")
        till.refused(CheckIn(code="2"), user="ben")
        till.done(CheckIn(code="2", override=Override(reason="paid", manager="mia")))
        till.check_out("1")
        till.give(Configure(gym=GymFields(capacity=90, policy={"banned": "warn"})), user="mia")
        yield till


def said(capsys: pytest.CaptureFixture[str], path: Path, **asked: Any) -> list[str]:
    audit(database=str(path), **asked)
    return [line.partition("  row ")[2].partition("  ")[2] for line in capsys.readouterr().out.splitlines()]


def test_each_row_is_a_line(gym: Till, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, path)
    assert len(lines) == gym.seq
    assert lines[3:] == [
        "mia: save_member of Ana Silva (1)  phone nothing → 079",
        "ana, Side: check_in of Ana Silva (1)",
        "ben, Front: check_in of Ben Ode (2), refused: membership frozen",
        "ana + mia, Front: check_in of Ben Ode (2), let in against the rules",
        "ana, Front: check_out of Ana Silva (1)  check_out_time nothing → 2026-11-22T09:00:00.000Z; "
        "status checked_in → checked_out",
        "mia: configure  capacity nothing → 90; banned refuse → warn",
    ]


@pytest.mark.usefixtures("gym")
def test_only_what_is_asked_for(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(said(capsys, path, user="Mia")) == 3
    assert said(capsys, path, user="ben") == ["ben, Front: check_in of Ben Ode (2), refused: membership frozen"]
    assert said(capsys, path, desk="Side") == ["ana, Side: check_in of Ana Silva (1)"]
    assert len(said(capsys, path, member="2")) == 3
    assert len(said(capsys, path, since=datetime.fromisoformat("2026-11-22"))) == 8  # the members too, by this clock
    assert len(said(capsys, path, until=datetime.fromisoformat("2026-11-22"))) == 1


def test_as_rows_of_a_file(gym: Till, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit(database=str(path), export=tmp_path / "a.jsonl", format="jsonl", member="1")
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [(row["before"], row["after"]) for row in rows if row["what"] == "save_member"] == [
        ({"phone": None}, {"phone": "079"})
    ]
    audit(database=str(path), export=tmp_path / "a.jsonl")  # in its place, as CSV
    assert (tmp_path / "a.jsonl").read_text().count("\n") == gym.seq + 1
    assert capsys.readouterr().out.splitlines() == ["4 rows exported.", f"{gym.seq} rows exported."]


def test_what_was_before_a_trimmed_journal_is_not_known(gym: Till, path: Path) -> None:
    gym.store.write([lambda tx: tx.forget(4)])
    with listed(path) as lists:
        first = next(deeds(lists.journal(gym.now + 1)))
    assert (first.seq, first.before) == (5, {})
