"""Times and ids."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymtui import clock

NINE = 1_795_338_000_000


def test_a_time_as_text() -> None:
    assert clock.to_text(NINE) == "2026-11-22T09:00:00.000Z"
    assert clock.to_text(NINE + 7) == "2026-11-22T09:00:00.007Z"
    assert clock.to_text(0) == "1970-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    ["2026-11-22T09:00:00Z", "2026-11-22T09:00:00.000Z", "2026-11-22T10:00:00+01:00", "2026-11-22T09:00:00.0004Z"],
)
def test_a_text_as_time(text: str) -> None:
    assert clock.to_ms(text) == NINE


@pytest.mark.parametrize("text", ["", "today", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:01Z"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the sentence is made by who asked
        clock.to_ms(text)


@given(st.integers(0, 253_402_300_799_999))
def test_every_time_comes_back_as_it_was(ms: int) -> None:
    assert clock.to_ms(clock.to_text(ms)) == ms


def test_an_id_is_a_uuid_of_version_7_that_holds_its_time() -> None:
    id = uuid.UUID(clock.new_id(NINE))
    assert (id.version, id.variant, id.int >> 80) == (7, uuid.RFC_4122, NINE)
    assert len({clock.new_id(NINE) for _ in range(1000)}) == 1000


def test_ids_of_one_millisecond_sort_in_the_order_in_which_they_were_made() -> None:
    ids = [clock.new_id(NINE + number % 2) for number in range(2000)]
    assert ids[::2] == sorted(ids[::2])
    assert ids[1::2] == sorted(ids[1::2])


def test_threads_that_make_ids_make_no_two_alike() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: [clock.new_id(NINE) for _ in range(500)], range(4)))
    assert all(ids == sorted(ids) for ids in made)
    assert len({id for ids in made for id in ids}) == 2000


def test_ids_sort_by_their_time() -> None:
    ids = [clock.new_id(NINE + ms) for ms in range(100)]
    assert ids == sorted(ids)
