"""May this member come in?"""

from __future__ import annotations

from datetime import datetime, time

import pytest
from msgspec.structs import replace

from gymtui.protocol import Action, ErrorCode, Member, MemberStatus, Policy
from gymtui.rules import ALLOWED, Ruling, decide, within

ANA = Member(id="m1", full_name="Ana Abt")
AT = datetime(2026, 11, 22, 9, 0)
ALL_REFUSE = Policy(payment_overdue="refuse", waiver_missing="refuse", outside_hours="refuse")
IN_ORDER: list[tuple[dict[str, object], ErrorCode, str]] = [
    ({"status": "banned"}, "banned", "banned from the gym"),
    ({"status": "inactive"}, "member_inactive", "membership not active"),
    ({"valid_until": "2026-11-21"}, "membership_expired", "membership expired 21 Nov"),
    ({"valid_from": "2026-11-23"}, "member_inactive", "membership starts 23 Nov"),
    ({"status": "frozen"}, "membership_frozen", "membership frozen"),
    ({"visits_left": 0}, "no_visits_left", "no visits left"),
    ({"payment_overdue": True}, "payment_overdue", "payment overdue"),
    ({"waiver_signed": False}, "waiver_missing", "waiver not signed"),
    ({"hours": "06:00-09:00"}, "outside_hours", "outside its hours, 06:00-09:00"),
]


def test_a_member_without_restrictions_is_allowed() -> None:
    assert decide(ANA, ALL_REFUSE, AT) == ALLOWED


@pytest.mark.parametrize(("fields", "code", "reason"), IN_ORDER)
@pytest.mark.parametrize("action", ["refuse", "warn", "allow"])
def test_each_thing_has_its_ruling(fields: dict[str, object], code: ErrorCode, reason: str, action: Action) -> None:
    ruling = decide(replace(ANA, **fields), replace(ALL_REFUSE, **{code: action}), AT)
    assert ruling == (ALLOWED if action == "allow" else Ruling(action, code, reason))


@pytest.mark.parametrize("first", range(len(IN_ORDER) - 1))
def test_the_earlier_of_two_that_are_as_hard_is_told(first: int) -> None:
    fields: dict[str, object] = {}
    for later in reversed(IN_ORDER[first:]):
        fields |= later[0]
    assert decide(replace(ANA, **fields), ALL_REFUSE, AT).code == IN_ORDER[first][1]


def test_a_refusal_goes_before_a_warning_that_comes_earlier() -> None:
    member = replace(ANA, payment_overdue=True, waiver_signed=False)
    policy = Policy(payment_overdue="warn", waiver_missing="refuse")
    assert decide(member, policy, AT).code == "waiver_missing"


@pytest.mark.parametrize("status", ["banned", "inactive", "frozen"])
def test_the_policy_of_a_new_gym_refuses(status: MemberStatus) -> None:
    assert decide(replace(ANA, status=status), Policy(), AT).action == "refuse"


def test_the_policy_of_a_new_gym_warns_of_debts_and_asks_no_waiver_and_no_hours() -> None:
    assert decide(replace(ANA, payment_overdue=True), Policy(), AT).action == "warn"
    assert decide(replace(ANA, waiver_signed=False, hours="10:00-11:00"), Policy(), AT) == ALLOWED


@pytest.mark.parametrize("field", ["valid_from", "valid_until"])
def test_first_and_last_day_belong_to_the_membership(field: str) -> None:
    member = replace(ANA, **{field: "2026-11-22"})
    assert decide(member, Policy(), datetime(2026, 11, 22, 0, 0)) == ALLOWED
    assert decide(member, Policy(), datetime(2026, 11, 22, 23, 59, 59)) == ALLOWED


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    assert decide(replace(ANA, valid_until="2025-12-31"), Policy(), AT).reason == "membership expired 31 Dec 2025"
    assert decide(replace(ANA, valid_from="2027-01-02"), Policy(), AT).reason == "membership starts 2 Jan 2027"


@pytest.mark.parametrize(
    ("hours", "at", "open"),
    [
        ("06:00-14:00", time(6), True),
        ("06:00-14:00", time(5, 59, 59), False),
        ("06:00-14:00", time(13, 59, 59), True),
        ("06:00-14:00", time(14), False),
        ("06:00 - 14:00", time(9), True),
        ("22:00-02:00", time(22), True),
        ("22:00-02:00", time(23, 59), True),
        ("22:00-02:00", time(0), True),
        ("22:00-02:00", time(1, 59), True),
        ("22:00-02:00", time(2), False),
        ("22:00-02:00", time(12), False),
        ("00:00-00:00", time(0), True),
        ("00:00-00:00", time(23, 59, 59), True),
        ("06:00-06:00", time(12), True),
        ("06:00-24:00", time(23, 59, 59), True),
        ("06:00-24:00", time(0), False),
        ("06:00-24:00", time(5, 59), False),
        ("00:00-24:00", time(0), True),
        ("00:00-24:00", time(23, 59, 59), True),
    ],
)
def test_hours(hours: str, at: time, open: bool) -> None:
    assert within(hours, at) is open


@pytest.mark.parametrize(
    "hours",
    [
        "",
        "morning",
        "06:00",
        "06:00-",
        "06:00-14:00-22:00",
        "25:00-26:00",
        "24:00-06:00",
        "06:00-24:01",
        "06:00Z-14:00Z",
    ],
)
def test_what_are_no_hours(hours: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the sentence is made by who asked
        within(hours, time(12))
