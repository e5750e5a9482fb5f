"""The connection and the queue, item by item."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.replica.outbox import Outgoing
from gymtui.client.state import ConnectionState
from gymtui.clock import to_text
from gymtui.protocol import Notification
from gymtui.ui import GymApp
from gymtui.ui.cells import spark
from gymtui.ui.connection_history import ConnectionHistory
from gymtui.ui.screens.connection import ConnectionScreen
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.who import WhoIsIn
from tests.factories import NOW
from tests.settled import until_shown
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, screen_text

pytestmark = pytest.mark.slow

AWAY = ConnectionState(phase="waiting", since=NOW, attempt=2, retry_at=NOW + 4000, reason="Nobody answers.")
WAITING = Outgoing(id="q1", kind="check_in", payload=b"{}", member_id=ANA.id, at=NOW)
ASIDE = replace(WAITING, id="q2", kind="check_out", member_id=BEN.id, state="set_aside", reason="not allowed")


def a_desk() -> FakeDesk:
    desk = FakeDesk([ANA, BEN])
    desk.queue, desk.set_aside, desk.queued = [WAITING], [ASIDE], 1
    return desk


def test_the_history_counts_what_came_back_and_keeps_why_it_went() -> None:
    history = ConnectionHistory()
    for state in (replace(AWAY, phase="connecting"), LIVE, replace(LIVE, latency=0.02), AWAY, AWAY, LIVE):
        history.note(state)
    assert history.reconnects == 1
    assert [loss.reason for loss in history.losses] == ["Nobody answers."]
    assert list(history.latencies) == [0.012, 0.02, 0.012]


def test_the_blocks_are_as_high_as_the_numbers() -> None:
    assert spark([0, 1, 2]) == "▁▅█"
    assert spark([0, 0]) == "▁▁"
    assert spark([]) == ""


async def shown(pilot: Pilot[None], app: GymApp, words: str) -> None:
    await until_shown(pilot, lambda: words in screen_text(app))


async def test_the_screen_says_how_it_stands() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(replace(LIVE, session_id="s-019", user="maria", role="staff"))
        desk.service.becomes(replace(LIVE, latency=0.036))
        desk.service.becomes(AWAY)
        await pilot.press("f9")
        text = screen_text(app)
        assert "CONNECTION AND QUEUE" in text
        assert "the desk goes on, and tries again by itself" in text
        assert "all of the gym up to entry 9" in text
        assert "epoch-1" not in text
        assert "36 ms last, 36 ms in the middle, 36 ms at most  ▃█" in text
        assert "17:24:00  Nobody answers." in text
        await pilot.press("ctrl+r")
        assert desk.service.calls == ["retry_now"]


async def test_why_it_went_is_read_to_its_end() -> None:
    desk = a_desk()
    app = make_app(desk)
    why = "Nobody answers at ws://gym.test:8765/ws/checkins/: please check that the server runs, and the address."
    async with app.run_test(size=(80, 24)) as pilot:
        desk.service.becomes(replace(AWAY, reason=why))
        await pilot.press("f9")
        await shown(pilot, app, "CONNECTION AND QUEUE")
        assert why in " ".join(screen_text(app).split())


async def test_what_was_set_aside_is_sent_again_or_taken_away() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f9")
        assert "QUEUE   1 set aside, 1 waiting" in screen_text(app)
        assert "set aside: not allowed" in screen_text(app)
        await pilot.press("down", "delete", "enter")
        assert (desk.queue, desk.set_aside) == ([WAITING], [ASIDE])
        await pilot.press("up", "enter")
        await pilot.pause()
        assert [row.id for row in desk.queue] == ["q1", "q2"]
        desk.set_aside, desk.queue = [ASIDE], []
        desk.publish("queue", 0)
        await shown(pilot, app, "QUEUE   1 set aside ")
        await pilot.press("delete")
        await shown(pilot, app, "nothing waits")
        assert desk.set_aside == []


async def test_one_screen_takes_the_place_of_the_other_and_a_scan_goes_to_the_desk() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f9", "f3")
        assert isinstance(app.screen, WhoIsIn)
        await pilot.press("f9")
        assert isinstance(app.screen, ConnectionScreen)
        assert len(app.screen_stack) == 2
        for key in [*"4711", "enter"]:
            app.simulate_key(key)
        await pilot.pause()
        assert isinstance(app.screen, FrontDesk)
        assert desk.done == [("check_in", "Ana Silva")]


async def test_what_was_set_aside_stands_on_the_front_desk_until_somebody_has_taken_it_up() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:  # as after a restart: it was there before the screen
        assert "● live 12 ms, 1 set aside: F9" in screen_text(app)
        await pilot.press("f9")
        desk.dead_letters.acknowledge("q2")
        await pilot.press("f9")
        assert "set aside" not in screen_text(app)
        desk.set_aside = [ASIDE]
        desk.publish("queue", 1)
        await pilot.pause()
        assert "1 set aside: F9" in screen_text(app)


async def test_the_screen_says_who_tries_passwords() -> None:
    desk = a_desk()
    title = "Somebody tries passwords: 812 wrong ones in 10 s, most of them from 203.0.113.7"
    notices = [
        Notification(id=f"n{seq}", level="warning", title=title, message="", at=to_text(NOW), about=about, seq=seq)
        for seq, title, about in ((9, "The gym is full", None), (8, title, "logins"), (7, "older", "logins"))
    ]
    desk.replica.notices.newest = lambda: notices
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f9")
        await shown(pilot, app, "Somebody tries passwords: 812 wrong ones in 10 s")
        text = screen_text(app)
        assert "203.0.113.7" in text
        assert "older" not in text
