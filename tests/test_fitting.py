"""How many encoded things one message holds."""

from __future__ import annotations

import pytest

from server.store.pages import fitting


@pytest.mark.parametrize(("room", "count"), [(8, 2), (7, 1), (11, 2), (12, 3), (100, 3)])
def test_as_many_as_have_room_with_a_comma_each(room: int, count: int) -> None:
    assert fitting([b"one", b"two", b"six"], room) == count


def test_the_first_always_has_room() -> None:
    assert fitting([b"larger than that", b"x"], 4) == 1
