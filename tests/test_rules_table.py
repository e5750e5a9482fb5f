"""The rules as a table: every reason, with every action, before, at and behind each of its borders."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final, get_args

import pytest
from msgspec.structs import replace

from gymtui.protocol import Action, Crowding, ErrorCode, Member, MemberStatus, Policy
from gymtui.rules import ALLOWED, Crowd, Ruling, decide, hardest, house

ANA: Final = Member(id="m1", full_name="Ana Abt")
NOON: Final = datetime(2026, 11, 22, 12)  # a Sunday
SECOND: Final = timedelta(seconds=1)
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
EASY: Final = Policy(**dict.fromkeys(  # type: ignore[arg-type]  # nothing is wrong with anything
    ("banned", "member_inactive", "membership_expired", "membership_frozen", "no_visits_left", "payment_overdue",
     "waiver_missing", "outside_hours", "gym_closed", "gym_full"), "allow"
))  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# What is wrong, with whom, from when on and until when; None: at all times.
BORDERS: Final[list[tuple[ErrorCode, dict[str, Any], str | None, str | None]]] = [
    ("banned", {"status": "banned"}, None, None),
    ("member_inactive", {"status": "inactive"}, None, None),
    ("member_inactive", {"valid_from": "2026-11-22"}, None, "2026-11-22T00:00"),
    ("membership_expired", {"valid_until": "2026-11-22"}, "2026-11-23T00:00", None),
    ("membership_frozen", {"status": "frozen"}, None, None),
    ("membership_frozen", {"status": "frozen", "frozen_until": "2026-11-22"}, None, "2026-11-22T00:00"),
    ("no_visits_left", {"visits_left": 0}, None, None),
    ("payment_overdue", {"payment_overdue": True}, None, None),
    ("waiver_missing", {"waiver_signed": False}, None, None),
    ("outside_hours", {"hours": "10:00-24:00"}, "2026-11-22T00:00", "2026-11-22T10:00"),
    ("outside_hours", {"hours": "22:00-02:00"}, "2026-11-22T02:00", "2026-11-22T22:00"),
]


@pytest.mark.parametrize(("code", "fields", "begins", "ends"), BORDERS)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_reason_begins_and_ends_at_its_border(
    code: ErrorCode, fields: dict[str, Any], begins: str | None, ends: str | None, action: Action
) -> None:
    member, policy = replace(ANA, **fields), replace(EASY, **{code: action})

    def said(when: datetime) -> tuple[str, str | None]:
        ruling = decide(member, policy, when)
        return ruling.action, ruling.code

    wrong, right = ("allow", None) if action == "allow" else (action, code), ("allow", None)
    if begins is not None:
        assert (said(at(begins) - SECOND), said(at(begins))) == (right, wrong)
    if ends is not None:
        assert (said(at(ends) - SECOND), said(at(ends))) == (wrong, right)
    if begins is ends is None:
        assert said(NOON) == wrong
        assert decide(ANA, policy, NOON) == ALLOWED


GOOD: Final[list[dict[str, Any]]] = [{"visits_left": 1}, {"waiver_signed": None}, {"waiver_signed": True}]


@pytest.mark.parametrize("fields", GOOD)
def test_what_is_just_right_is_not_wrong(fields: dict[str, Any]) -> None:
    assert decide(replace(ANA, **fields), Policy(waiver_missing="refuse"), NOON) == ALLOWED


@pytest.mark.parametrize("status", get_args(MemberStatus))
@pytest.mark.parametrize("action", ACTIONS)
def test_every_status_has_its_line(status: MemberStatus, action: Action) -> None:
    lines = {"banned": "banned", "inactive": "member_inactive", "frozen": "membership_frozen"}
    policy = EASY if status == "active" else replace(EASY, **{lines[status]: action})
    assert decide(replace(ANA, status=status), policy, NOON).action == ("allow" if status == "active" else action)


# --- grace ---------------------------------------------------------------------------------------------------------

GRACE: Final = [  # days of grace, the gym's day, and what is said of whoever was good until the 10th
    (0, "2026-11-10", "allow"),
    (0, "2026-11-11", "refuse"),
    (3, "2026-11-10", "allow"),
    (3, "2026-11-11", "warn"),
    (3, "2026-11-13", "warn"),
    (3, "2026-11-14", "refuse"),
    (1, "2026-11-11", "warn"),
    (1, "2026-11-12", "refuse"),
]


@pytest.mark.parametrize(("days", "day", "said"), GRACE)
def test_an_end_has_its_days_of_grace(days: int, day: str, said: Crowding) -> None:
    policy = Policy(membership_expired="refuse", expired_grace_days=days)
    for time in ("00:00:00", "23:59:59"):
        assert decide(replace(ANA, valid_until="2026-11-10"), policy, at(f"{day}T{time}")).action == said


@pytest.mark.parametrize(("days", "day", "said"), [row for row in GRACE if row[2] != "allow"])
def test_a_debt_has_its_days_of_grace(days: int, day: str, said: Crowding) -> None:
    """The first day on which it is overdue is the first of them."""
    policy = Policy(payment_overdue="refuse", overdue_grace_days=days)
    member = replace(ANA, payment_overdue=True, payment_overdue_since="2026-11-11")
    assert decide(member, policy, at(f"{day}T12:00")).action == said


def test_nobody_knows_since_when_and_there_is_no_grace() -> None:
    policy = Policy(payment_overdue="refuse", overdue_grace_days=365)
    assert decide(replace(ANA, payment_overdue=True), policy, NOON).action == "refuse"


@pytest.mark.parametrize("action", ["allow", "warn"])
def test_grace_makes_nothing_harder(action: Action) -> None:
    policy = Policy(membership_expired=action, expired_grace_days=3)
    assert decide(replace(ANA, valid_until="2026-11-21"), policy, NOON).action == action


# --- the day, the gym itself -----------------------------------------------------------------------------------------

TURNS: Final = [  # when the days turn, and the last moment of the 22nd
    ("00:00", "2026-11-22T23:59:59"),
    ("04:00", "2026-11-23T03:59:59"),
    ("12:00", "2026-11-23T11:59:59"),
    ("13:00", "2026-11-22T12:59:59"),
    ("22:00", "2026-11-22T21:59:59"),
]


@pytest.mark.parametrize(("begins", "last"), TURNS)
def test_a_membership_ends_with_the_gyms_own_day(begins: str, last: str) -> None:
    policy = Policy(day_begins=begins)
    until, first = replace(ANA, valid_until="2026-11-22"), replace(ANA, valid_from="2026-11-23")
    assert (decide(until, policy, at(last)), decide(first, policy, at(last)).action) == (ALLOWED, "refuse")
    assert (decide(until, policy, at(last) + SECOND).action, decide(first, policy, at(last) + SECOND)) == (
        "refuse",
        ALLOWED,
    )


HOURS: Final[dict[str, dict[str, str]]] = {
    "opening_hours": {"sat": "18:00-02:00", "sun": "10:00-24:00", "mon": "closed", "tue": "00:00-00:00"},
    "exceptions": {"2026-12-05": "closed", "2026-12-07": "08:00-12:00"},
}
OPEN: Final = [  # a moment, and whether it is open just before, and then
    ("2026-11-21T18:00", False, True),  # Saturday
    ("2026-11-22T00:00", True, True),
    ("2026-11-22T02:00", True, False),  # over midnight
    ("2026-11-22T10:00", False, True),
    ("2026-11-23T00:00", True, False),  # 24:00
    ("2026-11-24T00:00", False, True),  # Tuesday, all day
    ("2026-11-25T00:00", True, True),  # Wednesday: nothing is said
    ("2026-12-05T18:00", False, False),  # a Saturday that is closed
    ("2026-12-06T01:00", False, False),
    ("2026-12-07T08:00", False, True),  # a Monday that is not
    ("2026-12-07T12:00", True, False),
]


@pytest.mark.parametrize(("when", "before", "then"), OPEN)
@pytest.mark.parametrize("action", ACTIONS)
def test_the_gym_is_open_from_and_until(when: str, before: bool, then: bool, action: Action) -> None:
    policy = Policy(gym_closed=action, **HOURS)  # type: ignore[arg-type]
    said = [house(policy, moment).action for moment in (at(when) - SECOND, at(when))]
    assert said == ["allow" if is_open else action for is_open in (before, then)]


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("2026-11-22T03:00", "the gym is closed, its hours are 10:00-24:00"),
        ("2026-11-23T03:00", "the gym is closed today"),
        ("2026-12-07T13:00", "the gym is closed, its hours are 08:00-12:00"),
    ],
)
def test_why_it_is_closed_is_said(when: str, reason: str) -> None:
    assert house(Policy(**HOURS), at(when)) == Ruling("warn", "gym_closed", reason)  # type: ignore[arg-type]


@pytest.mark.parametrize("action", get_args(Crowding))
@pytest.mark.parametrize(
    ("inside", "is_full", "is_nearly"), [(89, 0, 0), (90, 0, 1), (99, 0, 1), (100, 1, 1), (101, 1, 1)]
)
def test_it_is_full_at_its_capacity_and_nearly_from_nine_tenths(
    action: Crowding, inside: int, is_full: bool, is_nearly: bool
) -> None:
    crowd = Crowd(inside, 100)
    assert (crowd.is_full, crowd.is_nearly_full) == (is_full, is_nearly)
    expected = Ruling(action, "gym_full", f"the gym is full, {inside} of 100 in")
    assert house(Policy(gym_full=action), NOON, crowd) == (expected if is_full and action != "allow" else ALLOWED)


def test_without_a_capacity_there_is_always_room() -> None:
    assert house(Policy(gym_full="refuse"), NOON, Crowd(10_000)) == ALLOWED
    assert house(Policy(gym_full="refuse"), NOON) == ALLOWED


@pytest.mark.parametrize(("one", "other"), [*product(get_args(Crowding), repeat=2)])
def test_the_harder_of_two_is_said_and_the_earlier_of_two_alike(one: Crowding, other: Crowding) -> None:
    order = ("allow", "warn", "ask", "refuse")
    first, second = Ruling(one, "banned", "a"), Ruling(other, "gym_full", "b")
    harder = first if order.index(one) >= order.index(other) else second
    assert hardest(first, second) == (ALLOWED if harder.action == "allow" else harder)
