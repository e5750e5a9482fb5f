"""A gym that is full asks at the desk, and the next Enter is the answer; one that is closed says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import CheckIn, CheckOut, Override, Policy
from tests.desk_kit import ANA, CAL, Gym, done, gym
from tests.factories import GYM, STATS, member_row, snapshot
from tests.gym_kit import add_members, name_gym, stored
from tests.readers import scan
from tests.test_save_member import save
from tests.till import Till
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import ANA as ANA_SILVA
from tests.ui_front_desk_kit import BEN, later, screen_text
from tests.waiting import until
from tests.wrong_clock_kit import IN_2000, started

__all__ = ["gym"]


def holds(gym: Gym, inside: int, capacity: int | None = 100, **policy: object) -> None:
    """So many are in, of so many that may be."""
    there = replace(GYM, capacity=capacity, policy=Policy(**policy))  # type: ignore[arg-type]
    gym.replica.restore(snapshot(1, gym=there, stats=replace(STATS, currently_in=inside)))


# --- the desk ------------------------------------------------------------------------------------------------------


def test_a_full_gym_is_asked_about_and_lets_in_whoever_is_sure(gym: Gym) -> None:
    """Alone, too: the question needs no server."""
    holds(gym, 100)
    asked = gym.desk.check_in(ANA)
    assert asked.words == "? Ana Silva not in yet: the gym is full, 100 of 100 in — Enter lets in all the same"
    assert (gym.desk.queued, gym.desk.in_since(ANA.id)) == (0, None)
    assert gym.desk.check_in(ANA, sure=True).words.startswith("… Ana Silva queued, not sent yet: the gym is full, 100")
    assert gym.desk.queued == 1


def test_nine_tenths_are_told_and_what_waits_is_counted(gym: Gym) -> None:
    holds(gym, 8, capacity=10)
    assert gym.desk.check_in(ANA).remarks == ()
    assert gym.desk.check_in(CAL).remarks == ("8 of 10 in, +1 queued here",)
    holds(gym, 9, capacity=10)
    assert gym.desk.check_in(ANA).kind == "already_in"
    gym.desk.check_out(ANA)
    gym.desk.check_out(CAL)
    assert gym.desk.check_in(ANA).remarks == ("9 of 10 in",)
    assert gym.desk.check_in(CAL).kind == "asked"


def test_without_a_capacity_nothing_is_asked(gym: Gym) -> None:
    holds(gym, 5000, capacity=None)
    assert (gym.desk.check_in(ANA).kind, gym.desk.check_in(CAL).remarks) == ("queued", ())


def test_a_desk_that_is_alone_asks_where_it_would_refuse_for_it_cannot_know(gym: Gym) -> None:
    holds(gym, 100, gym_full="refuse")
    assert gym.desk.check_in(ANA).kind == "asked"


async def test_a_desk_that_is_live_refuses_and_a_manager_may_override(gym: Gym) -> None:
    async with gym.open():
        holds(gym, 100, gym_full="refuse")
        refused = gym.desk.check_in(ANA)
        assert refused.words == "✗ Ana Silva refused: the gym is full, 100 of 100 in — F8 override (manager)"


async def test_why_the_server_has_warned_is_what_the_desk_was_asked(gym: Gym) -> None:
    async with gym.open() as connection:
        holds(gym, 100)
        gym.desk.check_in(ANA, sure=True)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, id or "", 2, flags=("warned",)))
        await until(lambda: gym.said[-1:] == ["! Ana Silva checked in: the gym is full, 100 of 100 in"])


def test_a_membership_that_is_refused_is_not_asked_about(gym: Gym) -> None:
    holds(gym, 100)
    verdict = gym.desk.check_in(replace(ANA, status="banned", id="nobody"))
    assert (verdict.kind, verdict.detail) == ("refused", "banned from the gym")


@pytest.mark.parametrize(("action", "kind"), [("allow", "queued"), ("warn", "queued"), ("refuse", "refused")])
def test_outside_the_opening_hours(gym: Gym, action: str, kind: str) -> None:
    holds(gym, 1, gym_closed=action, opening_hours={"wed": "06:00-12:00"})  # and it is a Wednesday, 17:24
    verdict = gym.desk.check_in(ANA)
    reason = "the gym is closed, its hours are 06:00-12:00"
    assert verdict.kind == kind
    assert (verdict.detail if kind == "refused" else verdict.warning) == (None if action == "allow" else reason)


def test_a_doubtful_clock_closes_no_gym(tmp_path: Path) -> None:
    with started(tmp_path / "r.db", IN_2000) as gym:
        holds(gym, 1, gym_closed="refuse", opening_hours={"wed": "06:00-12:00"})
        assert gym.desk.check_in(ANA).kind == "queued"


# --- the server ------------------------------------------------------------------------------------------------------


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    name_gym(tmp_path / "gym.db", timezone="UTC", capacity=1)
    till = Till(tmp_path / "gym.db", member_row("1", "Ana"), member_row("2", "Ben"), member_row("3", "Cal"))
    with closing(till.store):
        yield till


def configured(till: Till, policy: Policy) -> None:
    till.store.write([lambda tx: tx.put_gym(replace(tx.gym, policy=policy))])


def test_the_server_never_refuses_by_a_question(till: Till) -> None:
    """A desk that does not know the line asks nobody; one that does has asked."""
    assert till.check_in("1").flags == ()
    assert till.check_in("2").flags == ("warned",)
    till.check_out("2")
    till.check_out("1")
    assert till.check_in("2").flags == ()


def test_the_server_refuses_where_it_is_told_to(till: Till) -> None:
    configured(till, Policy(gym_full="refuse"))
    till.check_in("1")
    error = till.refused(CheckIn(code="2"))
    assert (error.code, error.message) == ("gym_full", "Ben may not come in: the gym is full, 1 of 1 in.")
    assert till.offline(till.now - 60_000, "3").flags == ("offline",)
    let_in = till.done(CheckIn(code="2", override=Override(reason="trial", manager="mia")))
    assert (let_in.flags, let_in.by) == (("override",), "ana + mia")
    till.done(CheckOut(code="2"))


def test_the_server_knows_the_opening_hours(till: Till) -> None:
    configured(till, Policy(gym_closed="refuse", opening_hours={"sun": "10:00-22:00"}))  # it is nine
    assert till.refused(CheckIn(code="1")).code == "gym_closed"
    assert till.offline(till.now - 60_000, "1").flags == ("offline", "warned")


def test_a_debt_of_a_list_is_dated_too(till: Till) -> None:
    add_members(
        till.store, [member_row("1", "Ana", payment_overdue=True), member_row("9", "Eva", payment_overdue=True)]
    )
    assert [stored(till.store, number).payment_overdue_since for number in "129"] == ["2026-11-22", None, "2026-11-22"]
    till.now += clock.DAY
    add_members(
        till.store, [member_row("1", "Ana", payment_overdue=True), member_row("9", "Eva", payment_overdue=False)]
    )
    assert [stored(till.store, number).payment_overdue_since for number in "19"] == ["2026-11-22", None]


def test_a_debt_is_dated_when_it_is_first_said(till: Till) -> None:
    [ana, *_] = till.store.all_members()
    assert ana.payment_overdue_since is None
    configured(till, Policy(payment_overdue="refuse", overdue_grace_days=2))
    said = save(till, id=ana.id, payment_overdue=True)
    assert said.payment_overdue_since == "2026-11-22"
    till.now += clock.DAY
    assert save(till, id=ana.id, payment_overdue=True).payment_overdue_since == "2026-11-22"
    assert till.check_in("1").flags == ("warned",)
    till.check_out("1")
    till.now += clock.DAY
    assert till.refused(CheckIn(code="1")).code == "payment_overdue"
    assert save(till, id=ana.id, payment_overdue=False).payment_overdue_since is None
    assert save(till, id=ana.id, payment_overdue=True).payment_overdue_since == "2026-11-24"


# --- the box ---------------------------------------------------------------------------------------------------------


def full_desk() -> FakeDesk:
    desk = FakeDesk([ANA_SILVA, BEN])
    desk.answers["Ana Silva"] = "asked"
    return desk


@pytest.mark.slow
async def test_enter_lets_in_all_the_same() -> None:
    desk = full_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"ana", "enter")
        assert "? Ana Silva not in yet: the gym is full, 220 of 220 in" in screen_text(app)
        assert "LET IN?" in screen_text(app)
        assert "Enter lets in, Esc does not: Ana Silva" in screen_text(app)
        await pilot.press("enter")
        assert "✓ Ana Silva checked in" in screen_text(app)
        assert "CHECK IN" in screen_text(app)
        await pilot.press("enter")
        assert (desk.done, desk.passed_over) == ([("check_in", "Ana Silva")] * 2, [])


@pytest.mark.slow
async def test_a_narrow_screen_has_the_whole_question() -> None:
    desk = FakeDesk([replace(ANA_SILVA, full_name="Maria Luisa Chefgast")])
    desk.answers["Maria Luisa Chefgast"] = "asked"
    app = make_app(desk)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(*"maria", "enter")
        said = " ".join(screen_text(app).split())
        assert "LET IN? Enter lets in, Esc does not: Maria Luisa" in said
        assert "? Maria Luisa Chefgast not in yet: the gym is full, 220 of 220 in" in said


@pytest.mark.slow
@pytest.mark.parametrize("keys", [("escape",), ("f4",), ("ctrl+z",), (*"be", "escape")])
async def test_any_other_key_leaves_out_who_was_asked_about(keys: tuple[str, ...]) -> None:
    desk = full_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"ana", "enter", *keys)
        assert "LET IN?" not in screen_text(app)
        await pilot.press("enter")
        assert (desk.done, desk.passed_over) == ([("check_in", "Ana Silva")], ["Ana Silva"])


@pytest.mark.slow
async def test_the_next_card_is_no_answer() -> None:
    """Nor is the line feed that some readers send behind their Enter."""
    desk = full_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        scan(app, *"4711", "enter", "ctrl+j")
        await until(lambda: "LET IN?" in screen_text(app))
        scan(app, *"4712", "enter", "ctrl+j")
        await until(lambda: "✓ Ben Ode checked in" in screen_text(app))
        await pilot.pause()
        assert desk.done == [("check_in", "Ana Silva"), ("check_in", "Ben Ode")]
        assert desk.passed_over == ["Ana Silva"]


@pytest.mark.slow
async def test_nobody_is_asked_about_whom_the_server_has_not_taken() -> None:
    """A guest too many: there is nobody any more whom Enter could let in."""
    desk = full_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"ana", "enter")
        desk.publish("verdict", later("refused", "Ben Ode", "another"))
        await until(lambda: "✗ Ben Ode refused" in screen_text(app))
        assert "LET IN?" in screen_text(app)
        desk.replica.members.remove(ANA_SILVA)
        desk.publish("verdict", later("refused", "Ana Silva", "sign-up"))
        await until(lambda: "LET IN?" not in screen_text(app))
        await pilot.press("enter")
        assert (desk.done, desk.passed_over) == ([("check_in", "Ana Silva")], [])
