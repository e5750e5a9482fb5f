"""What is told somebody who comes in: alerts, a last visit, an end that is near, a birthday; said and rung for once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from gymtui.client.desk.remarks import is_birthday, remarks_on
from gymtui.client.state import Verdict
from gymtui.protocol import CheckIn, Notification, Refusal
from gymtui.ui.feed_rows import row_of
from gymtui.ui.screens.desk import bells
from tests.desk_kit import ANA, Gym, done, gym
from tests.factories import NOW, TIME, member, visit
from tests.waiting import until

__all__ = ["gym"]

TODAY = date(2026, 11, 18)


def test_alerts_come_first() -> None:
    ana = member(1, "Ana", alerts=("nut allergy",), guest=True, birth_date="1990-11-18", valid_until="2026-11-20")
    said = ("nut allergy", "guest", "last visit used", "membership ends 20 Nov", "birthday today")
    assert remarks_on(ana, 0, TODAY) == said
    assert remarks_on(member(1, "Ana"), 3, TODAY) == ()


@pytest.mark.parametrize(("days", "is_said"), [(-1, False), (0, True), (7, True), (8, False)])
def test_the_end_of_a_membership_is_said_in_its_last_week(days: int, is_said: bool) -> None:
    until_day = TODAY + timedelta(days=days)
    assert bool(remarks_on(member(1, "Ana", valid_until=until_day.isoformat()), None, TODAY)) is is_said


@pytest.mark.parametrize(
    ("today", "is_today"),
    [("2027-02-28", True), ("2027-03-01", False), ("2028-02-28", False), ("2028-02-29", True)],
)
def test_who_was_born_on_the_29th_of_february_has_a_birthday_every_year(today: str, is_today: bool) -> None:
    assert is_birthday(date(1996, 2, 29), date.fromisoformat(today)) is is_today


def test_it_is_behind_the_words_and_rung_for_once() -> None:
    said = Verdict(kind="checked_in", subject="Ana Silva", command_id="c", at=NOW, remarks=("nut allergy", "guest"))
    assert said.words == "✓ Ana Silva checked in — nut allergy · guest"
    assert bells(said) == 1


async def test_the_desk_says_it_at_once_and_does_not_ring_again(gym: Gym) -> None:
    async with gym.open() as connection:
        ana = member(1, "Ana Silva", alerts=("nut allergy",))
        gym.replica.apply(
            [type(ana)(**{f: getattr(ana, f) for f in ana.__struct_fields__} | {"id": "m1", "seq": 9})], 9
        )
        first = gym.desk.check_in(ANA)
        assert (first.remarks, bells(first)) == (("nut allergy",), 1)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, id or ""))
        await until(lambda: gym.verdicts)
        assert gym.said[-1] == "✓ Ana Silva checked in — nut allergy"
        assert bells(gym.verdicts[-1]) == 0


def test_a_warned_check_in_has_its_mark_in_the_feed() -> None:
    row = row_of(visit(1, ANA, flags=("warned",)))
    assert (row.symbol, row.kind, row.outcome) == ("!", "warned", "in")


def test_a_change_that_was_not_written_turns_nobody_away_in_the_feed() -> None:
    dropped = Refusal(
        id="r1",
        member=ANA.ref,
        code="changed_meanwhile",
        reason="valid until changed meanwhile by mia",
        message="",
        at=TIME,
        by="ana",
        desk="desk 1",
        command_id="c1",
        seq=7,
    )
    row = row_of(dropped)
    assert (row.kind, row.outcome, row.note) == ("clash", "not saved", dropped.reason)
    assert row_of(replace(dropped, code="banned")).outcome == "refused"
    told = Notification(id="n1", level="info", title="Sauna closed", message="", at=TIME, seq=8)
    assert row_of(told).outcome == "told"
