"""`python -m tests.autobahn`: what it says, without Autobahn."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.autobahn import __main__ as command
from tests.autobahn import echoes, sources

GOOD: command.Outcome = ("OK", "OK", 1000)
LATE: command.Outcome = ("NON-STRICT", "OK", 1002)


def test_a_difference_is_told_and_what_hangs_on_chance_is_none() -> None:
    bare: dict[str, command.Outcome] = {"1.1.1": GOOD, "3.2": LATE, "7.1.5": ("FAILED", "OK", 1000)}
    same = {"websockets": bare, "gymtui": {**bare, "3.2": ("OK", "OK", 1002)}}
    assert command.differing("server", same) == []
    other = {"websockets": bare, "gymtui": {**bare, "1.1.1": LATE, "3.2": ("FAILED", "OK", 1002)}}
    assert [sentence.partition(":")[0] for sentence in command.differing("client", other)] == [
        "case 1.1.1 of the client",
        "case 3.2 of the client",
    ]
    assert command.table("server", same)[1] == "server  websockets  1 OK, 1 NON-STRICT, 1 FAILED"


def test_no_case_is_a_difference_too() -> None:
    assert command.differing("server", {}) != []
    assert command.differing("server", {"websockets": {"1.1.1": GOOD}, "gymtui": {}}) != []


def test_without_its_parts_the_command_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["autobahn"])
    with pytest.raises(SystemExit, match=r"pip install -e '\.\[autobahn\]'"):
        command.main()


@pytest.mark.skipif(importlib.util.find_spec("lib2to3") is None, reason="a newer Python has no lib2to3")
def test_a_text_stays_the_bytes_that_it_was(tmp_path: Path) -> None:
    written = b'# -*- coding: utf-8 -*-\nPAYLOAD = "\xc2\xb5"\nprint len(PAYLOAD) / self.size'
    new = sources.translated(written.decode("latin-1"), tmp_path / "case.py")
    assert new.endswith('PAYLOAD = "\xc2\xb5"\nprint(len(PAYLOAD) // self.size)\n')


@pytest.mark.parametrize("agent", echoes.CLIENTS)
async def test_both_echoes_give_back_what_both_clients_say(agent: str) -> None:
    async with echoes.servers() as urls:
        for url in urls.values():
            async with connect(url, **echoes.CLIENTS[agent]) as socket:
                for message in ("text", b"\x00\xff", "x" * 70_000):
                    await socket.send(message)
                    assert await socket.recv() == message
