"""How a code ends: CR, LF, Tab, or two of them, and that Tab by hand is still Tab."""

from __future__ import annotations

import pytest
from textual import events

from gymtui.ui.scan_end import ScanEnd
from tests.ui_fakes import make_app
from tests.ui_front_desk_kit import a_desk, front

FAST, SLOW = 0.005, 0.4  # seconds between two keys


def read(*keys: tuple[str, float]) -> list[str | None]:
    """What each key is that comes so many seconds behind the one before; a letter stands for a printable key."""
    scan, now, found = ScanEnd(), 0.0, list[str | None]()
    for key, gap in keys:
        now += gap
        if len(key) == 1:
            scan.typed(now)
        else:
            found.append(scan.read(key, now))
    return found


@pytest.mark.parametrize(
    ("ends", "meant"),
    [
        (["enter"], ["enter"]),
        (["ctrl+j"], ["enter"]),
        (["tab"], ["enter"]),
        (["enter", "ctrl+j"], ["enter", None]),
        (["tab", "enter"], ["enter", None]),
        (["tab", "ctrl+j"], ["enter", None]),
        (["enter", "enter"], ["enter", "enter"]),
    ],
)
def test_what_a_scanner_ends_with_is_one_enter(ends: list[str], meant: list[str | None]) -> None:
    scan = [("4", FAST), ("7", FAST), *((end, FAST) for end in ends)]
    assert read(*scan, *scan) == meant * 2


def test_a_tab_by_hand_is_a_tab_and_an_enter_by_hand_is_two() -> None:
    assert read(("c", SLOW), ("tab", SLOW)) == ["tab"]
    assert read(("c", SLOW), ("enter", SLOW), ("ctrl+j", SLOW)) == ["enter", "enter"]
    assert read(("c", SLOW), ("down", FAST)) == ["down"]


@pytest.mark.parametrize("end", [["tab"], ["ctrl+j"], ["enter", "ctrl+j"], ["tab", "enter"]])
async def test_two_cards_are_two_check_ins_however_they_end(end: list[str]) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        at = 100.0
        for key in ["4", "7", "1", "1", *end, "4", "7", "1", "2", *end]:
            at += FAST
            event = events.Key(key, key if len(key) == 1 else None)
            event.time = at
            app.post_message(event)
        await pilot.pause()
        assert desk.done == [("check_in", "Ana Silva"), ("check_in", "Ben Ode")]
        assert front(app).entry.value == ""
