"""A desk that was alone is not believed about whom it had to refuse: it knew them as well as the server does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.protocol import CheckIn, CheckInEvent, Configure, GymFields, MemberFields, SaveMember
from tests.claims_kit import EXPIRED, Place, claim, gym, is_believed, time, visit
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import stored
from tests.http_token_kit import Watch
from tests.kit import Wire, serving
from tests.till import FRONT, HOUR, MINUTE, NINE, Till

__all__ = ["gym", "time"]

CUT_OFF = NINE + HOUR
TEN_THIRTY = CUT_OFF + 30 * MINUTE


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    """The desk was cut off at ten, an hour after all of them were last changed, and is back at eleven."""
    till = Till(
        engine.database,
        member_row("1", "Ban Ned", status="banned"),
        member_row("2", "Cem Late", valid_until="2026-11-21"),
        member_row("3", "Dan Cold", status="frozen"),
        member_row("4", "Eva Card", visits_left=0),
        member_row("5", "Fay Fine"),
        member_row("6", "Gus Morning", hours="06:00-09:00"),
        member_row("7", "Hal Today", valid_until="2026-11-22"),
    )
    till.store.write([lambda tx: tx.desks.go("Side", FRONT, "ana", NINE - HOUR, CUT_OFF)])
    till.now = CUT_OFF + HOUR
    yield till
    till.store.close()


def told(till: Till, code: str, at: int = TEN_THIRTY, desk_time: str | None = None) -> CheckInEvent:
    """A check-in of while the desk was alone."""
    request = CheckIn(code=code, offline=True, occurred_at=clock.to_text(at), desk_time=desk_time)
    return till.done(request, desk="Side", connected=till.now)


def change(till: Till, code: str, **fields: object) -> None:
    """A manager changes somebody, at a desk that is connected."""
    id = stored(till.store, code).id
    member = MemberFields(id=id, **fields)  # type: ignore[arg-type]  # whatever the test says
    assert till.give(SaveMember(member=member), user="mia").error is None


@pytest.mark.parametrize("code", "1234")
@pytest.mark.parametrize("desk_time", [None, "2000-01-01T00:00:00Z"])
def test_whom_it_knew_to_be_kept_out_it_has_not_let_in(till: Till, code: str, desk_time: str | None) -> None:
    event = told(till, code, desk_time=desk_time)
    assert event.status == "checked_out"
    assert {"offline", "warned", "unproven", "clash"} <= set(event.flags)


def test_whom_it_could_not_know_to_be_kept_out_it_has(till: Till) -> None:
    till.now = TEN_THIRTY - MINUTE  # while the desk is alone
    change(till, "5", status="banned")
    till.now = CUT_OFF + HOUR
    assert (told(till, "5").status, told(till, "6").status) == ("checked_in", "checked_in")


def test_nor_by_a_policy_that_it_had_not_heard_of(till: Till) -> None:
    change(till, "5", payment_overdue=True, payment_overdue_since="2026-01-01")
    till.store.write([lambda tx: tx.desks.go("Side", FRONT, "ana", till.now + 1, till.now + HOUR)])
    till.now += 2 * HOUR
    assert till.give(Configure(gym=GymFields(policy={"payment_overdue": "refuse"})), user="mia").error is None
    till.now += HOUR
    event = told(till, "5", till.now - MINUTE)
    assert (event.status, event.flags) == ("checked_in", ("offline", "warned"))


def test_a_last_day_that_was_over_meanwhile_is_judged_as_of_then(till: Till) -> None:
    till.now += 20 * HOUR
    before, after = CUT_OFF + HOUR, CUT_OFF + 16 * HOUR
    event = told(till, "7", after)
    assert (event.status, event.flags) == ("checked_in", ("offline", "warned"))
    till.undo(event.command_id)
    assert told(till, "7", before).flags == ("offline",)


async def test_a_machine_of_one_s_own_that_goes_away_for_a_moment_lets_nobody_in(gym: Path, time: Watch) -> None:
    """It has proven to be that desk, and to have been alone."""
    time.now = clock.now() + HOUR  # the members are an hour old
    place = Place()
    async with serving(gym, now=time) as server:
        await visit(server, place, "Front", "ben")
        time.now += MINUTE
        async with Wire.open(server.url, await place.log_in(server, "ben"), desk="Front") as wire:
            for number, at in enumerate((time.now - MINUTE, time.now, EXPIRED - 1)):
                for code in "23":
                    assert not is_believed(await claim(wire, code, at, f"{code}{number}"))
            assert (await claim(wire, "1", time.now - MINUTE // 2, "1"))["flags"] == ["offline"]
