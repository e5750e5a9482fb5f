"""What is shown so many times a second at most is shown in the end, whatever the machine did meanwhile."""

from __future__ import annotations

import pytest
from textual import _time
from textual.app import App
from textual.widget import Widget

from gymtui.ui.throttle import Throttle
from tests.waiting import until


async def test_what_waits_is_shown_though_the_machine_stood_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, shown = [0.0], list[int]()

    def stood_still() -> float:
        clock[0] += 10
        return clock[0]

    app = App[None]()
    async with app.run_test():
        widget = Widget()
        await app.mount(widget)
        throttle = Throttle(widget, lambda: shown.append(1), rate=100)
        monkeypatch.setattr(_time, "get_time", stood_still)
        throttle.ask()
        throttle.ask()
        await until(lambda: len(shown) == 2)
        monkeypatch.undo()
        throttle.ask()
        await until(lambda: len(shown) == 3)
