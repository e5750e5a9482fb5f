"""Who comes and goes is a line each, until one user has too many in a minute: then a line says how many more."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from server.net.logbook import LINES, Logbook
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.waiting import until


def test_a_user_has_so_many_lines_a_minute_and_then_one(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    logbook = Logbook(lambda: now)
    for number in range(LINES + 50):
        logbook.write("ben", logging.WARNING, "ben %d", number)
        logbook.write(None, logging.WARNING, "nobody %d", number)
    logbook.write("ana", logging.WARNING, "ana")
    now = 60.0
    logbook.write("ben", logging.WARNING, "ben again")
    said = [record.getMessage() for record in caplog.records]
    assert [line for line in said if line.startswith("ben")] == [
        *(f"ben {number}" for number in range(LINES)),
        "ben came and went too often: 50 lines about it are left out.",
        "ben again",
    ]
    assert (len([line for line in said if line.startswith("nobody")]), "ana" in said) == (LINES + 50, True)


async def test_a_flood_of_logins_of_one_user_does_not_fill_the_log(
    gym: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.net.logbook.LINES", 6)
    with caplog.at_level(logging.INFO):
        async with serving(gym) as server:
            for _ in range(8):
                async with Wire.open(server.url, token(gym, "ben")) as wire:
                    await wire.until("connection_status")
            async with Wire.open(server.url, token(gym, "ana")) as wire:
                await wire.until("connection_status")
            await until(lambda: not server._sessions)
    lines = [record.getMessage() for record in caplog.records if "session" in record.getMessage()]
    lines = [line for line in lines if "127.0.0.1" in line]
    assert [sum(user in line for line in lines) for user in (" ben ", " ana ")] == [6, 2]
