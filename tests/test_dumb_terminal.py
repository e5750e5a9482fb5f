"""A terminal that only prints is told so, and not drawn on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal import Terminal

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("command", [(), ("monitor",), ("demo",)])
async def test_a_terminal_that_cannot_show_the_screens_is_a_sentence(tmp_path: Path, command: tuple[str, ...]) -> None:
    environment = {"XDG_DATA_HOME": str(tmp_path), "TERM": "dumb"}
    async with Terminal.run(*command, columns=120, rows=24, environment=environment) as terminal:
        assert await terminal.ended() == 2
        assert terminal.text.startswith("gymtui: This terminal (TERM=dumb) cannot show the screens")
    assert list(tmp_path.iterdir()) == []
