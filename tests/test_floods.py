"""What `python -m tests.floods` says of a flood, and that each of them pours."""

from __future__ import annotations

import json
import sys
from collections import Counter

import pytest

from tests.floods import __main__ as command
from tests.floods import gym
from tests.floods.figures import Figures, Memory
from tests.floods.honest import CHECK_IN, EVERY, KNOWN, REVOKED, Waits
from tests.floods.pouring import Numbers


def waits(seconds: float, answer: str = "ok") -> Waits:
    """A hundred times as long."""
    waited = Waits()
    waited.seconds, waited.answers = [seconds] * 100, Counter({answer: 100})
    return waited


def figures(beside: dict[str, Waits], *, more: float = 0.0) -> Figures:
    """Of a flood beside which all but these is as in quiet: 10 ms."""
    quiet = {what: waits(0.01) for what in EVERY}
    return Figures(
        flood=command.FLOODS["logins"],
        numbers=Numbers(rate=1, connections=1, seconds=1),
        poured=Counter({"401": 1}),
        quiet=quiet,
        beside=quiet | beside,
        memory=Memory(90.0, 90.0 + more, 90.0),
        processor=0.5,
        said=[],
    )


def test_what_does_not_hold_is_said() -> None:
    def broken(beside: dict[str, Waits], *, more: float = 0.0) -> list[str]:
        verdicts = figures(beside, more=more).verdicts()
        return [what for what, (_, holds) in verdicts.items() if not holds]

    assert broken({KNOWN: waits(1.0), CHECK_IN: waits(0.02), REVOKED: waits(1.0)}, more=64.0) == []
    assert broken({KNOWN: waits(1.1)}) == ["a login at a known desk"]
    assert broken({CHECK_IN: waits(0.021)}) == ["a check-in"]
    assert broken({REVOKED: waits(1.1)}) == ["revoked"]
    assert broken({}, more=65.0) == ["memory"]
    assert broken({KNOWN: waits(0.01, "429")}) == ["everybody answered"]


def test_one_in_a_hundred_may_wait_longer_and_nobody_who_is_revoked() -> None:
    waited = waits(0.01)
    waited.seconds[50] = 9.0
    assert (waited.p(50), waited.p(99), waited.p(100)) == (0.01, 0.01, 9.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["handshakes"])
def test_a_flood_pours_beside_people_who_are_honest(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gym, "PEOPLE", 30)
    monkeypatch.setattr(gym, "VISITS", 300)
    numbers = ["--seconds", "1", "--rate", "20", "--connections", "2", "--files", "1024"]
    monkeypatch.setattr(sys, "argv", ["tests.floods", name, *numbers, "--json"])
    with pytest.raises(SystemExit):  # 0 or 1: how fast it is tells nothing here
        command.main()
    told = json.loads(capsys.readouterr().out)
    assert told["flood"] == name
    assert not any("InvalidStatus" in answer or answer == "came in" for answer in told["poured"])
    assert told["verdicts"]["everybody answered"] == {"figure": "all", "holds": True}
