"""Somebody who may look on, and give no command: told so at the box, before a scan and after it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.protocol import CheckIn
from tests.client_kit import settle
from tests.desk_kit import ANA, BEN, Gym, done, gym, sent_ids
from tests.settled import until_shown
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import screen_text
from tests.ui_login_kit import shows
from tests.waiting import until

__all__ = ["gym"]

NO = "refused: sam may look on, not check in — Ctrl+L logs in somebody else"


async def test_a_command_of_somebody_who_looks_on_is_refused_here_and_at_once(gym: Gym) -> None:
    gym.server.role = "operator"
    async with gym.open() as connection:
        said = [gym.desk.check_in("1"), gym.desk.check_in("99"), gym.desk.check_out(BEN), gym.desk.check_out("99")]
        names = ("Ana Silva", "Unknown card", "Ben Ode", "Unknown card")
        assert [verdict.words for verdict in said] == [f"✗ {who} {NO}" for who in names]
        await settle()
        assert (gym.desk.queued, sent_ids(connection, "check_in"), sent_ids(connection, "check_out")) == (0, [], [])


async def test_what_the_shift_before_queued_waits_for_somebody_who_may_give_it(gym: Gym) -> None:
    gym.desk.check_in(ANA)
    gym.server.role = "operator"
    async with gym.open() as connection:
        undone = gym.desk.undo()
        assert undone is not None
        assert undone.words == f"✗ Ana Silva {NO}".replace("refused", "not undone")
        await settle()
        assert (gym.desk.queued, sent_ids(connection, "check_in")) == (1, [])
        gym.server.role = "staff"
        gym.service.logged_in()
        next_one = await gym.server.accepted()
        request, id = await next_one.received(CheckIn)
        next_one.reply(id, done(request, id or ""))
        await until(lambda: gym.desk.queued == 0)
        assert gym.desk.set_aside == []


@pytest.mark.slow
async def test_the_box_says_so_before_anybody_scans() -> None:
    desk = FakeDesk([])
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, shows(app, "CHECK IN"))
        desk.looks_on = "otto may look on, not check in"
        desk.service.becomes(replace(LIVE, user="otto", role="operator"))
        await until_shown(pilot, shows(app, "LOOK ON"))
        assert "otto may look on, not check in: Ctrl+L logs in somebody else" in screen_text(app)
        await pilot.press("f3")
        await until_shown(pilot, shows(app, "WHO IS IN"))
        assert "otto may look on, not check in: Ctrl+L logs in somebody else" in screen_text(app)
