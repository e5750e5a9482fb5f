"""`:policy`: the gym's settings in plain words, changed by a manager and read by everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import fields, replace
from textual.pilot import Pilot

from gymtui.client.errors import RequestRefused
from gymtui.client.state import ConnectionState
from gymtui.protocol import ErrorBody, Gym, GymFields, Policy
from gymtui.ui import GymApp
from gymtui.ui.settings import Setting, settings_of
from tests.factories import GYM, NOW
from tests.readers import scan
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, screen_text
from tests.waiting import until

pytestmark = pytest.mark.slow

MANAGER = replace(LIVE, user="mia", role="manager")
AWAY = ConnectionState(phase="waiting", since=NOW, user="mia", role="manager")


@asynccontextmanager
async def opened(state: ConnectionState = MANAGER) -> AsyncIterator[tuple[GymApp, FakeDesk, Pilot[Any]]]:
    """The screen, with whoever that is."""
    desk = FakeDesk([ANA])
    desk.service.state = state
    app = make_app(desk)
    async with app.run_test(size=(100, 44)) as pilot:
        await pilot.press(*":policy", "enter")
        await until(lambda: "THE GYM'S SETTINGS" in screen_text(app))
        yield app, desk, pilot


def named(gym: Gym, key: str) -> Setting:
    return next(setting for setting in settings_of(gym) if setting.key == key)


# --- in words --------------------------------------------------------------------------------------------------------


def test_every_line_of_the_policy_has_its_row() -> None:
    keys = {setting.key.partition(".")[0] for setting in settings_of(GYM)}
    assert keys == {"name", "timezone", "capacity", *(field.name for field in fields(Policy))}


def test_they_are_said_in_plain_words() -> None:
    policy = Policy(opening_hours={"mon": "06:00-22:00"}, exceptions={"2026-12-24": "closed"}, max_stay_minutes=180)
    gym = replace(GYM, capacity=None, policy=policy)
    said = {setting.label: setting.words for setting in settings_of(gym)}
    assert said["How many may be in"] == "any number"
    assert said["When the gym is full"] == "ask"
    assert said["A payment that is overdue"] == "let in, with a warning"
    assert said["Longest stay, in minutes"] == "180"
    assert (said["Open on Monday"], said["Open on Tuesday"]) == ("06:00-22:00", "all day")
    assert said["Open on 24 Dec 2026"] == "closed"
    assert not [words for label, words in said.items() if "_" in label + words]


@pytest.mark.parametrize(
    ("key", "text", "patch"),
    [
        ("name", "24", GymFields(name="24")),
        ("capacity", "80", GymFields(capacity=80)),
        ("capacity", "none", GymFields(capacity=None)),
        ("banned", "warn", GymFields(policy={"banned": "warn"})),
        ("expired_grace_days", "7", GymFields(policy={"expired_grace_days": 7})),
        ("closing_time", "none", GymFields(policy={"closing_time": None})),
        ("opening_hours.mon", "closed", GymFields(policy={"opening_hours": {"mon": "closed"}})),
        ("exceptions", "24 Dec 2026 closed", GymFields(policy={"exceptions": {"2026-12-24": "closed"}})),
        ("exceptions", "2026-12-24 06:00-14:00", GymFields(policy={"exceptions": {"2026-12-24": "06:00-14:00"}})),
    ],
)
def test_what_is_typed_is_what_the_server_is_asked(key: str, text: str, patch: GymFields) -> None:
    setting = named(GYM, key)
    assert (setting.objection(text), setting.patch(text)) == (None, patch)


# --- a manager -------------------------------------------------------------------------------------------------------


async def test_a_manager_changes_one_and_sees_the_old_value_beside() -> None:
    async with opened() as (app, desk, pilot):
        await pilot.press(*"closing", "enter")
        assert "NEW VALUE" in screen_text(app)
        assert " › Closing time                    by the opening hours" in screen_text(app)
        assert "now by the opening hours; type a time such as 22:00, or none" in screen_text(app)
        await pilot.press(*"22:00", "enter")
        assert desk.service.configured == [GymFields(policy={"closing_time": "22:00"})]
        assert "✓ Closing time set to 22:00, was by the opening hours" in screen_text(app)
        desk.service.publish("gym_update", replace(GYM, policy=Policy(closing_time="22:00")))
        await until(lambda: "Closing time                    22:00" in screen_text(app))


async def test_the_arrows_go_through_what_it_may_be() -> None:
    async with opened() as (app, desk, pilot):
        await pilot.press(*"payment over", "enter", "down")
        assert "Enter sets refuse, in place of warn" in screen_text(app)
        await pilot.press("enter")
        assert desk.service.configured == [GymFields(policy={"payment_overdue": "refuse"})]


async def test_what_cannot_be_is_said_with_what_may() -> None:
    async with opened() as (app, desk, pilot):
        await pilot.press(*"how many", "enter", *"lots", "enter")
        assert "How many may be in: that is no number — it is a number, or none" in screen_text(app)
        desk.service.problem = RequestRefused(ErrorBody(code="invalid", message="No.", retryable=False))
        await pilot.press(*"0", "enter")
        assert "How many may be in: “0” cannot be — it is a number, or none" in screen_text(app)


async def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten_in_silence() -> None:
    async with opened() as (app, desk, pilot):
        await pilot.press(*"how many", "enter", *"80")
        desk.service.publish("gym_update", replace(GYM, capacity=100))
        await pilot.press("enter")
        assert "How many may be in: it has been changed meanwhile, and is 100" in screen_text(app)
        assert desk.service.configured == []
        await pilot.press("enter")
        assert desk.service.configured == [GymFields(capacity=80)]


async def test_esc_goes_back_a_step_at_a_time() -> None:
    async with opened() as (app, desk, pilot):
        await pilot.press("down", "enter", *"x", "escape")
        assert "NEW VALUE" in screen_text(app)
        await pilot.press("escape")
        assert "SETTING " in screen_text(app)
        await pilot.press("escape", "escape")
        await until(lambda: "CHECK IN" in screen_text(app))
        assert desk.service.configured == []


async def test_a_card_that_is_scanned_there_comes_in() -> None:
    async with opened() as (app, desk, pilot):
        await pilot.press(*"how many", "enter")
        scan(app, *"4711", "enter")
        await until(lambda: "✓ Ana Silva checked in" in screen_text(app))
        assert desk.done == [("check_in", "Ana Silva")]
        assert desk.service.configured == []


# --- everybody else --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "title", "said"),
    [
        (LIVE, "only a manager changes them", "Ctrl+L logs in somebody else"),
        (AWAY, "only read while the server is away", "again once the connection is back"),
    ],
)
async def test_everybody_else_reads_them(state: ConnectionState, title: str, said: str) -> None:
    async with opened(state) as (app, desk, pilot):
        assert f"THE GYM'S SETTINGS   {title}" in screen_text(app)
        assert "LOOK ON" in screen_text(app)
        assert "Europe/Zurich" in screen_text(app)
        await pilot.press(*"time zone", "enter")
        assert f"Time zone: {title} — {said}" in screen_text(app)
        assert " › Time zone" in screen_text(app)
        assert "   Name of the gym" in screen_text(app)
        assert desk.service.configured == []


async def test_the_connection_may_come_and_go() -> None:
    async with opened() as (app, desk, pilot):
        desk.service.becomes(AWAY)
        await until(lambda: "only read while the server is away" in screen_text(app))
        desk.service.becomes(MANAGER)
        await until(lambda: "changed for every desk at once" in screen_text(app))
        await pilot.press("down")
        assert " › Name of the gym" in screen_text(app)
