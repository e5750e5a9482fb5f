"""What a desk with a wrong clock tells: flagged, both times kept, listed, and the same command when corrected."""

from __future__ import annotations

from hashlib import blake2b

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import CheckIn, CheckOut
from server.gym.conflicts import report
from server.gym.orders import Order
from tests.commands_kit import till
from tests.till import HOUR, MINUTE, NINE, Till

__all__ = ["till"]

BEFORE = clock.to_text(NINE - HOUR)
AT_2000 = "2000-01-01T00:10:00.000Z"


def test_both_times_are_in_the_journal_and_a_flag_on_the_visit(till: Till) -> None:
    came = till.done(CheckIn(code="1", occurred_at=BEFORE, offline=True, desk_time=AT_2000))
    assert (came.check_in_time, came.desk_time, came.flags) == (BEFORE, AT_2000, ("offline", "clock"))
    left = till.done(CheckOut(code="1", occurred_at=clock.to_text(NINE - MINUTE), offline=True))
    assert (left.desk_time, left.flags) == (UNSET, ("offline",))  # it is another command, of a desk that was mended
    till.check_in()
    left = till.done(CheckOut(code="1", occurred_at=clock.to_text(NINE), offline=True, desk_time=AT_2000), id="out")
    assert (left.desk_time, left.flags) == (AT_2000, ("offline", "clock"))
    again = till.undo("out")
    assert (again.desk_time, again.flags) == (UNSET, ("undone",))


def test_a_clock_counts_only_while_the_desk_was_alone(till: Till) -> None:
    came = till.done(CheckIn(code="1", desk_time=AT_2000))
    assert (came.check_in_time, came.desk_time, came.flags) == (clock.to_text(NINE), UNSET, ())


def test_the_report_has_what_a_wrong_clock_recorded(till: Till) -> None:
    till.done(CheckIn(code="1", occurred_at=BEFORE, offline=True, desk_time=AT_2000), id="in")
    said = "the desk's clock was wrong, and said 1 Jan 2000 00:10. This time is the nearest that is known."
    assert report(till.store, 0) == [f"Sun 22 Nov 08:00  Zoë O'Neil (1), Front (ana): {said}"]
    till.undo("in")
    assert report(till.store, 0) == []


def test_what_was_refused_to_a_desk_whose_clock_was_ahead_is_in_the_report(till: Till) -> None:
    """Its id is of a time that is still to come."""
    till.refused(CheckOut(code="1", occurred_at=clock.to_text(NINE), offline=True), id=clock.new_id(NINE + 24 * HOUR))
    (line,) = report(till.store, 0)
    assert line.startswith("Sun 22 Nov 09:00  Zoë O'Neil (1), Front (ana): the check-out came to the server")


def test_a_time_that_there_is_not_is_invalid_and_ends_no_forgotten_visit(till: Till) -> None:
    till.check_in()
    till.now += 24 * HOUR
    before = till.seq
    wrong = CheckIn(code="1", occurred_at=clock.to_text(till.now), offline=True, desk_time="2000-02-30T00:00:00Z")
    assert till.refused(wrong).code == "invalid"
    assert till.seq == before


def test_the_same_command_with_its_time_corrected_is_the_same(till: Till) -> None:
    command = CheckIn(code="1", occurred_at=BEFORE, offline=True, desk_time=AT_2000)
    first = till.done(command, id="c")
    corrected = replace(command, occurred_at=clock.to_text(NINE - 2 * HOUR), desk_time=None)
    assert till.done(corrected, id="c") == first
    assert till.refused(replace(command, code="2"), id="c").code == "id_reused"


def test_a_row_of_an_earlier_server_is_the_same_command_with_its_old_time(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_of_old(order: Order) -> bytes:
        assert isinstance(order.payload, CheckIn)
        asked = replace(order.payload, offline=False)
        return blake2b(b"check_in" + encode(asked), digest_size=16).digest()

    command = CheckIn(code="1", occurred_at=BEFORE, offline=True)
    with monkeypatch.context() as patch:
        patch.setattr(Order, "digest", property(as_of_old))
        first = till.done(command, id="c")
    assert till.done(command, id="c") == first
    assert till.refused(replace(command, occurred_at=clock.to_text(NINE)), id="c").code == "id_reused"
