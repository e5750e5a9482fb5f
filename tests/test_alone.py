"""What a desk says of the time in which it was alone is compared with when the server has heard of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gymtui import clock
from gymtui.protocol import CheckInEvent, Configure, GymFields, MemberFields, SaveCard, SaveMember, Undo
from server.gym.alone import SLACK, TOLD_WITHIN
from server.gym.conflicts import report
from server.store import Transaction
from server.store.sql.desks import KEPT
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import stored
from tests.till import DAY, FRONT, HOUR, MINUTE, NINE, Till

EXPIRED = clock.to_ms("2026-11-22T00:00:00Z")  # the first moment after Cem's last day


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    """1 may come in, 2 is banned, 3 is past his last day."""
    till = Till(
        engine.database,
        member_row("1", "Zoë O'Neil"),
        member_row("2", "Ban Ned", status="banned"),
        member_row("3", "Cem Late", valid_until="2026-11-21"),
    )
    yield till
    till.store.close()


def heard(till: Till, desk: str, *spans: tuple[int, int | None]) -> None:
    """The desk was connected then; None: nobody saw it go."""

    def work(tx: Transaction) -> None:
        for since, until in spans:
            if until is None:
                tx.desks.come(desk, FRONT, "ana", since, since)
            else:
                tx.desks.go(desk, FRONT, "ana", since, until)

    till.store.write([work])


def served(till: Till, since: int, until: int) -> None:
    till.store.write([lambda tx: tx.desks.serve(since, until)])


def told(till: Till, code: str, at: int, **how: Any) -> CheckInEvent:
    """A check-in of that time, told now by the side door, which has been connected for three hours."""
    return till.offline(at, code, **({"desk": "Side", "connected": NINE - 3 * HOUR} | how))


def is_let_in(event: CheckInEvent) -> bool:
    return event.status == "checked_in"


@pytest.mark.parametrize(("code", "at"), [("2", NINE), ("2", NINE - HOUR), ("3", EXPIRED - 1), ("3", NINE - 300 * DAY)])
@pytest.mark.parametrize("desk", ["Side", "Never heard of", None])
def test_whom_the_rules_refuse_now_a_desk_that_was_connected_does_not_let_in(
    till: Till, code: str, at: int, desk: str | None
) -> None:
    heard(till, "Side", (NINE - 4 * HOUR, NINE - 4 * HOUR), (NINE - 3 * HOUR, None))
    event = told(till, code, at, desk=desk)
    assert not is_let_in(event)
    assert event.check_in_time == clock.to_text(at)
    assert {"offline", "warned", "unproven", "clash"} <= set(event.flags)
    assert till.counts()[:2] == (0, 0)
    (line,) = report(till.store, 0)
    assert "was said to have come in, which nothing proves and the rules refuse: not let in." in line


def test_who_may_come_in_is_recorded_at_the_time_that_was_said(till: Till) -> None:
    event = told(till, "1", NINE - 2 * HOUR)
    assert (event.check_in_time, event.flags) == (clock.to_text(NINE - 2 * HOUR), ("offline",))
    assert report(till.store, 0) == []


def test_a_desk_that_was_alone_then_is_judged_by_then(till: Till) -> None:
    heard(till, "Side", (NINE - DAY, EXPIRED - HOUR))
    back = NINE - MINUTE
    before = told(till, "3", EXPIRED - MINUTE, connected=back)
    assert (is_let_in(before), before.flags) == (True, ("offline",))
    banned = told(till, "2", EXPIRED + HOUR, connected=back)
    assert (is_let_in(banned), banned.flags) == (True, ("offline", "warned"))
    (line,) = report(till.store, 0)
    assert "Ban Ned" in line


def test_a_time_at_which_it_was_connected_is_moved_to_when_it_can_have_been_alone(till: Till) -> None:
    """As of a desk with a wrong clock: it lands, and is judged by the first moment that is possible."""
    heard(till, "Side", (NINE - 5 * DAY, EXPIRED + HOUR))
    event = told(till, "3", EXPIRED - HOUR, connected=NINE - MINUTE)
    assert (is_let_in(event), event.flags) == (True, ("offline", "warned"))
    assert event.check_in_time == clock.to_text(EXPIRED - HOUR)


def test_what_waits_is_told_within_an_hour_of_coming_back(till: Till) -> None:
    heard(till, "Side", (NINE - DAY, EXPIRED - HOUR))
    at, back = EXPIRED - MINUTE, NINE - TOLD_WITHIN
    assert is_let_in(told(till, "3", at, connected=back, id="in time"))
    till.undo("in time")
    till.now += 1
    assert not is_let_in(told(till, "3", at, connected=back))


@pytest.mark.parametrize(("late", "believed"), [(SLACK, True), (SLACK + 1, False)])
def test_a_desk_may_learn_a_little_later_that_it_is_connected(till: Till, late: int, believed: bool) -> None:
    heard(till, "Side", (NINE - DAY, NINE - HOUR))
    back = NINE - 10 * MINUTE
    assert is_let_in(told(till, "2", back + late, connected=back)) is believed


def test_a_server_that_was_away_heard_of_nobody(till: Till) -> None:
    """Nor of a desk that no server ever heard of: it may have been renamed."""
    served(till, NINE - DAY, NINE - 2 * HOUR)
    served(till, NINE - 10 * MINUTE, NINE)
    assert is_let_in(told(till, "2", NINE - HOUR, desk=None, connected=None))
    assert not is_let_in(told(till, "3", NINE, desk=None, connected=None))


def test_a_desk_that_nobody_saw_go_was_there_as_long_as_its_server_is_known_to_have_been(till: Till) -> None:
    """The server was killed: what is after its last mark was not heard."""
    began = EXPIRED - 2 * HOUR
    served(till, began, EXPIRED - HOUR)
    till.store.write([lambda tx: tx.desks.come("Side", FRONT, "ana", began, began)])
    served(till, NINE - MINUTE, NINE)
    event = told(till, "3", EXPIRED - MINUTE, connected=NINE - MINUTE)
    assert (is_let_in(event), event.flags) == (True, ("offline",))
    assert told(till, "3", began + MINUTE, connected=NINE - MINUTE).flags == ("offline", "clash")


def test_a_desk_with_two_connections_is_there_as_long_as_one_is(till: Till) -> None:
    heard(till, "Side", (NINE - DAY, NINE - DAY), (NINE - 5 * HOUR, NINE - MINUTE), (NINE - 4 * HOUR, NINE - 2 * HOUR))
    assert not is_let_in(told(till, "2", NINE - HOUR, connected=NINE - MINUTE))


def test_a_desk_that_comes_back_again_and_again_is_not_kept_without_an_end(till: Till) -> None:
    for second in range(4 * KEPT):
        heard(till, "Side", (NINE + second, None))
    counts: list[int] = []
    till.store.write([lambda tx: counts.append(len(tx.desks.heard("Side", FRONT)))])
    assert counts == [KEPT]


@pytest.mark.parametrize("connected", [None, NINE - 2 * HOUR])
def test_a_lost_card_is_for_a_manager_to_look_at_and_opens_nothing_for_a_desk_that_was_connected(
    till: Till, connected: int | None
) -> None:
    heard(till, "Side", (NINE - 4 * HOUR, NINE - 3 * HOUR))
    zoe = stored(till.store, "1").id
    till.give(SaveCard(member_id=zoe, code="1", state="lost"))
    event = told(till, "1", NINE, connected=connected)
    assert (is_let_in(event), "warned" in event.flags) == (connected is None, True)
    assert len(report(till.store, 0)) == 1


def test_it_cannot_be_undone(till: Till) -> None:
    told(till, "2", NINE, id="claim")
    refused = till.refused(Undo(command_id="claim"))
    assert refused.message == "Ban Ned was not let in: there is nothing to undo."


@pytest.mark.parametrize(("connected", "taken"), [(None, True), (NINE - 2 * HOUR, False)])
def test_one_guest_more_is_not_taken_by_the_word_alone(till: Till, connected: int | None, taken: bool) -> None:
    till.give(Configure(gym=GymFields(policy={"guests_a_day": 0})), user="mia")
    heard(till, "Side", (NINE - 4 * HOUR, NINE - 3 * HOUR))
    guest = MemberFields(full_name="A guest", guest=True, valid_until="2026-11-22")
    outcome = till.give(SaveMember(member=guest, offline=True), desk="Side", connected=connected)
    assert (outcome.error is None) is taken
