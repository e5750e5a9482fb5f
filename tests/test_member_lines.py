"""A member's lines: what a text comes to, what is said of it before Enter, and what cannot be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import fields, replace

from gymtui.protocol import Acknowledged, Member, MemberFields
from gymtui.ui.member_fields import MemberLine
from gymtui.ui.member_lines import lines_of, without_what_is_not_here
from tests.factories import member

TODAY = date(2026, 11, 27)
ANA = member(1, "Ana Silva", valid_until="2026-12-03", visits_left=3, alerts=("knee", "key"), notes="a\nb")


def line(key: str, who: Member = ANA) -> MemberLine:
    return next(each for each in lines_of(who, TODAY) if each.key == key)


RENEWALS = [  # the last day until now, what is typed, the last day from then on
    ("2026-12-03", "1 month", "2027-01-03"),
    ("2026-11-03", "1 month", "2026-12-26"),  # over: from today on
    (None, "12 months", "2027-11-26"),
    ("2026-11-26", "1", "2026-12-26"),
    ("2026-11-27", "3m", "2027-02-27"),
    ("2027-01-30", "1 month", "2027-02-28"),
    ("2027-01-31", "1 month", "2027-02-28"),
    ("2028-01-30", "1 month", "2028-02-29"),
    ("2026-12-03", "2027-05-01", "2027-05-01"),
]


@pytest.mark.parametrize(("until", "text", "after"), RENEWALS)
def test_a_membership_goes_on_from_its_end_or_from_today(until: str | None, text: str, after: str) -> None:
    assert line("renew", replace(ANA, valid_until=until)).comes_to(text) == {"valid_until": after}


def test_what_others_see_is_not_said_to_be_none() -> None:
    lines = without_what_is_not_here(lines_of(replace(ANA, notes=None), TODAY), {"email", "notes"})
    said = {each.key: each.words for each in lines}
    assert said["email"] == said["notes"] == said["note"] == "shown to managers"
    assert said["birth_date"] == "none"


def test_what_enter_will_do_is_said_before() -> None:
    assert line("renew").offers("1 month") == "Enter: valid until 3 Jan 2027, was 3 Dec"
    assert line("freeze").offers("1 month") == "Enter: frozen until 27 Dec 2026"
    assert line("visits").offers("10") == "Enter: 13 visits, were 3"
    assert line("visits", replace(ANA, visits_left=None)).offers("10") == "Enter: 10 visits, were none"
    assert line("alert.0").offers("dealt with") == "Enter: “knee” is dealt with"
    assert line("status").offers("banned") == "Enter sets banned, in place of active"


CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("freeze", "2026-12-31", {"status": "frozen", "frozen_until": "2026-12-31"}),
    ("freeze", "20 Dec", {"status": "frozen", "frozen_until": "2026-12-20"}),
    ("freeze", "20.12.", {"status": "frozen", "frozen_until": "2026-12-20"}),
    ("freeze", "20 Dec 2027", {"status": "frozen", "frozen_until": "2027-12-20"}),
    ("renew", "1 mar", {"valid_until": "2027-03-01"}),  # the next one
    ("valid_until", "31.12.2026", {"valid_until": "2026-12-31"}),
    ("birth_date", "29 February 1988", {"birth_date": "1988-02-29"}),
    ("freeze", "open", {"status": "frozen", "frozen_until": None}),
    ("freeze", "end", {"status": "active", "frozen_until": None}),
    ("visits", "-1", {"visits": -1}),
    ("note", "c", {"notes": "a\nb\nc"}),
    ("alert", "pay", {"alerts": ("knee", "key", "pay")}),
    ("alert.0", "dealt with", {"acknowledged": ("knee",)}),
    ("alert.1", "take away", {"alerts": ("knee",)}),
    ("phone", "079", {"phone": "079"}),
    ("phone", "none", {"phone": None}),
    ("birth_date", "none", {"birth_date": None}),
    ("visits_left", "none", {"visits_left": None}),
    ("guest", "no", {"guest": False}),
    ("hours", "06:00-14:00", {"hours": "06:00-14:00"}),
]


@pytest.mark.parametrize(("key", "text", "change"), CHANGES)
def test_what_is_typed_is_the_change(key: str, text: str, change: dict[str, Any]) -> None:
    assert (line(key).objection(text), line(key).comes_to(text)) == (None, change)


IMPOSSIBLE = [
    ("renew", "soon"),
    ("renew", "2026-02-30"),
    ("freeze", "none"),
    ("visits", "ten"),
    ("visits", "1000"),
    ("visits_left", "-1"),
    ("full_name", "none"),
    ("valid_until", "31.13.2026"),
    ("birth_date", "20 Dec"),  # of which year?
    ("freeze", "30 Feb"),
    ("hours", "25:00-26:00"),
    ("guest", "perhaps"),
    ("status", "gone"),
    ("alert.0", "x"),
]


@pytest.mark.parametrize(("key", "text"), IMPOSSIBLE)
def test_what_cannot_be_is_said_before_it_is_given(key: str, text: str) -> None:
    assert line(key).objection(text)


def test_everything_that_can_be_set_has_its_line() -> None:
    keys = {each.key for each in lines_of(ANA, TODAY)}
    beside = {"id", "deleted", "alerts", "host_id", "frozen_until", "payment_overdue_since"}
    assert {field.name for field in fields(MemberFields)} - keys == beside


def test_how_it_stands_is_said_in_words() -> None:
    assert line("freeze").words == "not frozen"
    frozen = replace(ANA, status="frozen", frozen_until="2026-12-01")
    assert line("freeze", frozen).words == "frozen until 1 Dec 2026"
    assert line("freeze", replace(frozen, frozen_until="2026-11-27")).words == "not frozen"
    known = replace(ANA, acknowledged=(Acknowledged(alert="knee", by="mia", at="2026-11-20T09:05:00.000Z"),))
    assert line("alert.0", known).words == "knee — dealt with by mia, 20 Nov 2026 09:05"
    assert line("visits", replace(ANA, visits_left=None)).words == "no punch card"


def test_whoever_is_no_manager_may_deal_with_alerts() -> None:
    assert [each.key for each in lines_of(ANA, TODAY) if each.is_staffs] == ["alert.0", "alert.1"]
