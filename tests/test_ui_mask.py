"""F7: on no screen is a name, a phone or a note, and the box works as ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui.client.state import Verdict
from gymtui.preferences import ChoicesFile
from gymtui.protocol import Notification
from gymtui.ui.feed_rows import row_of
from gymtui.ui.privacy import HIDDEN, initials, of_member, of_verdict
from tests.factories import NOW, TIME, member, refusal, visit
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import screen_text
from tests.waiting import until

ZOE = member(
    4711,
    "Zoe Quist",
    phone="079 123 45 67",
    notes="left knee",
    alerts=("doctor",),
    email="zoe@x.ch",
    birth_date="1990-11-18",
)
SECRETS = ("Zoe", "Quist", "079 123", "knee", "doctor", "zoe@", "18 Nov — today")


def a_desk() -> FakeDesk:
    return FakeDesk([ZOE], [visit(1, ZOE, minutes=2), refusal(2, ZOE)])


def seen(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.slow
async def test_nothing_of_a_person_is_on_the_front_desk(tmp_path: Path) -> None:
    choices = ChoicesFile(tmp_path)
    app = make_app(desk := a_desk(), choices=choices)
    async with app.run_test(size=(160, 45)) as pilot:
        await until(lambda: "Zoe Quist" in screen_text(app))
        await pilot.press("f7", "4", "7")
        await until(lambda: "NAMES HIDDEN" in screen_text(app))
        await until(lambda: app.front_desk.person is not None, pilot.pause)
        await until(lambda: "Z. Q." in screen_text(app))
        assert seen(screen_text(app)) == []
        await pilot.press("1", "1", "enter")
        await until(lambda: "Z. Q. checked in" in screen_text(app))
        assert (desk.done, seen(screen_text(app))) == ([("check_in", "Zoe Quist")], [])
        await pilot.press(*"zoe")  # who types a name finds it, and sees no other
        await until(lambda: "1 Z. Q." in screen_text(app))
        await pilot.press("escape", "ctrl+g")
    assert choices.read().masked


@pytest.mark.slow
@pytest.mark.parametrize("key", ["f2", "f3", "f9", "f6", "ctrl+n"])
async def test_nor_on_the_screens_beside_it_nor_after_a_restart(key: str, tmp_path: Path) -> None:
    choices, desk = ChoicesFile(tmp_path), a_desk()
    choices.keep(masked=True)
    desk.answers["Zoe Quist"] = "already_in"
    app = make_app(desk, choices=choices)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"4711", "enter")
        await until(lambda: "Z. Q. already in" in screen_text(app))
        await pilot.press(key)
        await until(lambda: app.screen is not app.front_desk, pilot.pause)
        assert ("NAMES HIDDEN" in screen_text(app), seen(screen_text(app))) == (True, [])
        await pilot.press("f7")
        await until(lambda: "NAMES HIDDEN" not in screen_text(app))


def test_what_is_left_of_a_name() -> None:
    assert initials("Ana Maria da Silva") == "A. M. d. S."
    assert initials("  ") == ""
    assert initials("\u674e\u96f7") == "\u674e."
    left = of_member(ZOE)
    assert (left.full_name, left.id, left.membership_number) == ("Z. Q.", ZOE.id, "4711")
    assert (left.phone, left.email, left.notes, left.alerts, left.birth_date) == (None, None, None, (), None)


def test_a_verdict_says_what_it_is_and_of_whom_not() -> None:
    said = Verdict(kind="warned", subject="Zoe Quist", command_id="c", at=NOW, detail="payment overdue", member=ZOE.ref)
    assert of_verdict(said).words == "! Z. Q. checked in: payment overdue"
    told = of_verdict(replace(said, remarks=("doctor",), next_step="ask Zoe Quist"))
    assert told.words == "! Z. Q. checked in: payment overdue — there is something to say: F7 shows it · ask Z. Q."
    changed = replace(said, kind="refused", action="save_member", detail="phone is 079 now (mia, 17:02)")
    assert of_verdict(changed).words == f"✗ Z. Q. not saved: {HIDDEN}"
    nobody = replace(said, kind="refused", subject="Unknown card", member=None, detail="nobody here has that number")
    assert of_verdict(nobody) == nobody


def test_a_row_of_the_feed_has_initials_and_a_notice_its_words() -> None:
    assert row_of(visit(1, ZOE), masked=True).who == "Z. Q."
    assert row_of(refusal(2, ZOE), masked=True).who == "Z. Q."
    notice = Notification(id="n", level="info", title="Pool closed", message="", at=TIME, seq=3)
    assert row_of(notice, masked=True).who == "Pool closed"
    nobody = replace(refusal(4, ZOE), member=None)
    assert row_of(nobody, masked=True).who == row_of(nobody).who
