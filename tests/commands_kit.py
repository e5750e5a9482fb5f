"""What the tests of commands share: a till with four members that the rules treat differently."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines import Engine
from tests.factories import member_row
from tests.till import Till


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    """Member 1 may come in; 2 has a card of two visits, 3 is past her last day, 4 owes."""
    till = Till(
        engine.database,
        member_row("1", "Zoë O'Neil"),
        member_row("2", "Ben Card", visits_left=2),
        member_row("3", "Cem Late", valid_until="2026-11-21"),
        member_row("4", "Dea Debt", payment_overdue=True),
    )
    yield till
    till.store.close()
