"""Who is in: the list, and checking out one or many of it."""

from __future__ import annotations

import pytest

from gymtui.client.state import ConnectionState, Inside, Verdict, VerdictKind
from gymtui.ui import GymApp
from gymtui.ui.bulk import Bulk
from gymtui.ui.roster import Roster
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.who import WhoIsIn
from tests.factories import NOW, member, visit
from tests.readers import scan
from tests.settled import press_later, until_shown
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, MAX, MAYA, screen_text

pytestmark = pytest.mark.slow

INSIDE = [
    Inside(member=person.ref, since=NOW - minutes * 60_000, place="Main door")
    for person, minutes in ((MAYA, 5), (BEN, 43), (ANA, 61), (MAX, 95))
]


def a_desk() -> FakeDesk:
    desk = FakeDesk([ANA, BEN, MAYA, MAX, member(9, "Zoe Huber")])
    desk.inside = list(INSIDE)
    return desk


def who(app: GymApp) -> WhoIsIn:
    assert isinstance(app.screen, WhoIsIn)
    return app.screen


def names(roster: Roster) -> list[str]:
    return [inside.member.full_name for inside in roster.rows]


def test_the_list_is_narrowed_sorted_and_keeps_what_is_chosen() -> None:
    roster = Roster(people=tuple(INSIDE))
    assert names(roster) == ["Maya Quist", "Ben Ode", "Ana Silva", "Max O"]
    assert names(roster.sorted()) == ["Ana Silva", "Ben Ode", "Max O", "Maya Quist"]
    assert names(Roster(people=tuple(INSIDE), text="ma")) == ["Maya Quist", "Max O"]
    assert names(Roster(people=tuple(INSIDE), text="471")) == ["Ben Ode", "Ana Silva"]
    mueller = Inside(member=member(5, "Zoë O'Müller").ref, since=NOW)
    assert all(Roster(people=(mueller,), text=text).rows for text in ("mueller", "muller", "omull", "o'mueller zo"))
    chosen = roster.moved(1).moved(1)
    assert chosen.targets == (INSIDE[1],)
    assert chosen.sorted().index == 1
    assert chosen.now(tuple(INSIDE[2:])).targets == ()
    assert roster.targets == ()
    assert Roster(people=tuple(INSIDE), text="ana").targets == (INSIDE[2],)
    marked = roster.moved(1).toggled().toggled()
    assert marked.targets == tuple(INSIDE[:2])
    assert marked.chosen == ANA.id


async def test_the_list_says_how_long_since_when_and_where() -> None:
    app = make_app(a_desk())
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f3")
        text = screen_text(app)
        assert "WHO IS IN   4 people, the newest first" in text
        row = next(line for line in text.splitlines() if "Ben Ode" in line)
        assert row.split() == ["Ben", "Ode", "4712", "43", "min", "16:41", "Main", "door"]
        await pilot.press("ctrl+t")
        assert names(who(app).roster)[0] == "Ana Silva"
        await pilot.press("escape")
        assert isinstance(app.screen, FrontDesk)


async def test_who_is_in_by_the_queue_alone_is_marked_and_one_is_called_one() -> None:
    desk = a_desk()
    desk.inside[0] = Inside(member=MAYA.ref, since=NOW, queued=True)
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f3")
        rows = [line for line in screen_text(app).splitlines() if "17:24" in line and "Maya" in line]
        assert rows[0].split()[-2:] == ["…", "queued"]
        await pilot.press("down", "insert")
        assert who(app).placeholder == "Enter checks out the one marked"
        await pilot.press(*"ben")
        assert "4 people, 1 shown" in screen_text(app)


async def test_one_is_typed_for_and_checked_out() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f3", *"ben")
        assert names(who(app).roster) == ["Ben Ode"]
        await pilot.press("enter")
        assert desk.done == [("check_out", "Ben Ode")]
        assert "✓ Ben Ode checked out" in screen_text(app)
        assert names(who(app).roster) == ["Maya Quist", "Ana Silva", "Max O"]
        await pilot.press("enter")
        assert len(desk.done) == 1


async def test_several_that_match_are_chosen_from() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f3", *"ma", "enter")
        assert desk.done == []
        assert (who(app).entry.value, who(app).roster.index) == ("ma", 0)
        await pilot.press("down", "enter")
        assert desk.done == [("check_out", "Max O")]


async def test_many_are_marked_and_go_only_once_it_was_said_how_many() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f3", "down", "insert", "ctrl+@", "enter")
        assert desk.done == []
        assert "CHECK OUT 2" in screen_text(app)
        assert "Enter again checks out 2, Esc does not" in screen_text(app)
        await pilot.press("escape", "enter", "enter")
        assert desk.done == [("check_out", "Maya Quist"), ("check_out", "Ben Ode")]
        assert "✓ Ben Ode and 1 more checked out" in screen_text(app)
        assert who(app).roster.marked == frozenset()


async def test_taking_back_the_question_takes_back_nothing_else() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f3", *"4711", "enter", "down", "insert", "insert", "enter")
        assert who(app).list.asking
        await press_later(pilot, "ctrl+z")
        assert not who(app).list.asking
        assert desk.done == [("check_out", "Ana Silva")]
        assert len(who(app).roster.marked) == 2
        await press_later(pilot, "ctrl+z")
        assert desk.done == []


async def test_the_newest_verdict_is_on_every_screen() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.answers = {"Zoe Huber": "already_in"}
        await pilot.press("9", "enter")
        assert "↩ Zoe Huber already in since 17:02, desk 2 — F4 checks out" in screen_text(app)
        await pilot.press("f3")
        assert "↩ Zoe Huber already in since 17:02, desk 2 " in screen_text(app)
        assert "checks out" not in screen_text(app).replace("Enter checks out", "")  # there is no such mode here
        await pilot.press(*"ben", "enter")
        assert "✓ Ben Ode checked out" in screen_text(app)
        warned = Verdict(kind="warned", subject="Ben Ode", command_id="c2", at=NOW, detail="payment overdue")
        desk.publish("verdict", warned)
        await pilot.press("f9", "escape")
        assert isinstance(app.screen, FrontDesk)
        assert "! Ben Ode checked in: payment overdue" in screen_text(app)


async def test_a_card_is_never_lost_here() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f3", "down", "insert")
        for code in ("4711", "9", "555"):
            scan(app, *code, "enter")
        await pilot.pause()
        assert desk.done == [("check_out", "Ana Silva"), ("check_in", "Zoe Huber"), ("check_in", "555")]
        await pilot.press(*"nob", "enter")
        assert "✗ Unknown name: nobody who is in has that name or number" in screen_text(app)


async def test_the_list_follows_what_happens_and_works_alone() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(ConnectionState(phase="waiting", since=NOW, attempt=1, retry_at=NOW + 4000))
        await pilot.press("f3")
        desk.inside = []
        desk.service.publish("events", [visit(1, "Zoe Huber")])
        await until_shown(pilot, lambda: not who(app).roster.people)
        assert "nobody is in; whoever comes is shown here at once" in screen_text(app)


async def test_a_bulk_check_out_says_who_did_not_go_and_how_many_did() -> None:
    desk = a_desk()
    desk.answers = {"Ben Ode": "refused"}
    app = make_app(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("f3", "down", "insert", "insert", "insert", "enter", "enter")
        assert "✗ Ben Ode refused: nobody here has that number; 2 checked out" in screen_text(app)


def told(name: str, kind: VerdictKind, id: str, detail: str | None = None) -> Verdict:
    return Verdict(kind=kind, subject=name, command_id=id, at=NOW, action="check_out", detail=detail)


def test_what_became_of_many_is_told_with_each_answer() -> None:
    bulk = Bulk(tuple(told(name, "queued", name, "check-out") for name in ("Ana", "Ben", "Cal")))
    assert bulk.verdict.words == "… Cal and 2 more queued, not sent yet: check-out"
    assert bulk.after(told("Dea", "checked_out", "Dea")) is None
    said = []
    for verdict in (
        told("Ana", "checked_out", "Ana"),
        told("Ben", "refused", "Ben", "not in"),
        told("Cal", "refused", "Cal", "not in"),
    ):
        later = bulk.after(verdict)
        assert later is not None
        bulk = later
        said.append(bulk.verdict.words)
    assert said == [
        "… Cal and 1 more queued, not sent yet: check-out",
        "✗ Ben refused: not in; 1 checked out; 1 queued",
        "✗ Ben, Cal refused: not in; 1 checked out",
    ]


async def test_an_answer_to_one_of_many_is_what_became_of_all_of_them() -> None:
    desk = a_desk()
    desk.answers = {"Maya Quist": "queued", "Ben Ode": "queued"}
    app = make_app(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("f3", "down", "insert", "insert", "enter", "enter")
        assert "… Ben Ode and 1 more queued" in screen_text(app)
        desk.publish("verdict", told("Ben Ode", "checked_out", "c2"))
        desk.publish("verdict", told("Maya Quist", "refused", "c1", "not in"))
        await pilot.pause()
        assert "✗ Maya Quist refused: not in; 1 checked out" in screen_text(app)


@pytest.mark.parametrize(
    ("word", "where"),
    [(":export", "F2 or :evac has it"), (":correct", "F2 has it"), (":guest", "the front desk has it")],
)
async def test_a_command_of_another_screen_says_where_it_is_given(word: str, where: str) -> None:
    app = make_app(a_desk())
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f3", *word)
        await until_shown(pilot, lambda: f"{word} is done on another screen — {where}" in screen_text(app))
        await pilot.press("enter")
        await until_shown(pilot, lambda: f"that is done on another screen — {where}" in screen_text(app))
