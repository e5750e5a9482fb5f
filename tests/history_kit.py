"""What the tests of the history share: a gym on each engine, and a page of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from gymtui.protocol import CheckInEvent, ListCheckIns
from tests.engines import Engine
from tests.factories import member_row
from tests.till import Till

MEMBERS = (
    member_row("1", "Zoë O'Neil", phone="+41 44 123"),
    member_row("2", "Ben Meier"),
    member_row("3", "Anna Meier"),
    member_row("100200", "Cem Kaya"),
)


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    """A gym with `MEMBERS`, on each engine."""
    till = Till(engine.database, *MEMBERS)
    yield till
    till.store.close()


def page(till: Till, **wanted: Any) -> tuple[list[CheckInEvent], str | None]:
    """One page of the history, and the cursor of the next."""
    visits, cursor, _ = till.store.list_check_ins(msgspec.convert(wanted, ListCheckIns))
    return [msgspec.json.decode(visit, type=CheckInEvent) for visit in visits], cursor


def ids(till: Till, **wanted: Any) -> list[str]:
    """The command ids of one page."""
    return [visit.command_id for visit in page(till, **wanted)[0]]
