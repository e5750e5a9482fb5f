"""What is typed to correct a visit: a table of texts and what they ask of one that began at 17:30."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from gymtui.protocol import Correct
from gymtui.ui.correction import FORGOT, MISTAKE, TIME, correction, for_member
from tests.factories import visit

ZURICH: Final = ZoneInfo("Europe/Zurich")
VISIT: Final = visit(1, check_in_time="2026-11-18T16:30:00.000Z")

TABLE: Final[list[tuple[str, dict[str, Any] | None]]] = [
    ("never", {"void": True, "reason": MISTAKE}),
    ("Never ", {"void": True, "reason": MISTAKE}),
    ("18:20", {"check_in_time": "2026-11-18T17:20:00.000Z", "reason": TIME}),
    ("18:20-", {"check_in_time": "2026-11-18T17:20:00.000Z", "reason": TIME}),
    ("-19:30", {"check_out_time": "2026-11-18T18:30:00.000Z", "reason": FORGOT}),
    ("-0:30", {"check_out_time": "2026-11-18T23:30:00.000Z", "reason": FORGOT}),
    (
        "18:20 - 19:30",
        {"check_in_time": "2026-11-18T17:20:00.000Z", "check_out_time": "2026-11-18T18:30:00.000Z", "reason": TIME},
    ),
    ("ana", None),
    ("4711", None),
    ("-", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "asked"), TABLE)
def test_what_is_typed_asks(text: str, asked: dict[str, Any] | None) -> None:
    assert correction(text, VISIT, ZURICH) == (None if asked is None else Correct(check_in_id="v1", **asked))


def test_what_is_no_time_of_day_is_none() -> None:
    with pytest.raises(ValueError, match="hour"):
        correction("25:10", VISIT, ZURICH)


def test_it_was_somebody_else() -> None:
    assert for_member("m2", VISIT) == Correct(check_in_id="v1", reason="a namesake", member_id="m2")
