"""What came is shown as it came, for as long as it is kept."""

from __future__ import annotations

from gymtui import codec
from gymtui.ui.messages import as_it_came
from gymtui.ui.received import Received
from tests.factories import refusal, visit

LATER = b'{"seq":5,"later":{"b":"\xc2\x9b[2J","a":1}}'
BATCH = codec.batch({"check_in_update": [codec.encode(visit(4, "Ana Silva"))], "of_later": [LATER]}, 3, 5)


def test_a_row_is_found_byte_for_byte_with_what_this_program_does_not_know() -> None:
    received = Received()
    received.keep(codec.batch({"refusal": [codec.encode(refusal(3, "Ben Ode"))]}, 2, 3))
    received.keep(BATCH)
    assert received.payload(5) == LATER
    assert received.payload(4) == codec.encode(visit(4, "Ana Silva"))
    assert [received.payload(seq) for seq in (2, 6)] == [None, None]
    assert as_it_came(LATER) == '{"seq":5,"later":{"b":"\\u009b[2J","a":1}}'
    received.forget()
    assert received.payload(5) is None


def test_no_more_is_kept_than_there_is_room_for() -> None:
    received = Received(room=2 * len(BATCH))
    for _ in range(3):
        received.keep(BATCH)
    received.keep(codec.batch({"refusal": [codec.encode(refusal(6, "Ben Ode"))]}, 5, 6))
    assert received._bytes == sum(map(len, received._frames)) <= 2 * len(BATCH)
    assert received.payload(6) is not None
