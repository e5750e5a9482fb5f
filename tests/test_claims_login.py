"""A desk as its people use it: who logs in there by the client's own login is at that desk, whoever it is."""

from __future__ import annotations

from pathlib import Path

from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from server.app import Server
from tests.claims_kit import EXPIRED, claim, gone, gym, time
from tests.gym_kit import PASSWORD
from tests.http_token_kit import Watch
from tests.kit import Wire, serving
from tests.till import HOUR, MINUTE, NINE

__all__ = ["gym", "time"]


async def connected(server: Server, login: Login) -> None:
    """The desk is there for a moment."""
    async with Wire.open(server.url, await login.token(), desk="Front") as wire:
        await wire.until("connection_status")
    await gone(server, "Front")


async def told(server: Server, login: Login, id: str) -> tuple[str, list[str]]:
    """By whom, and with which flags, what ana let in before midnight is recorded: Cem's last day was not over."""
    async with Wire.open(server.url, await login.token(), desk="Front") as wire:
        event = await claim(wire, "3", EXPIRED - MINUTE, id, queued_by="ana")
    return event["by"], event["flags"]


async def test_a_program_that_was_started_again_is_that_desk(gym: Path, tmp_path: Path, time: Watch) -> None:
    async with serving(gym, now=time) as server:
        file = TokenFile(tmp_path / "desk", server.url)
        desk = Login(server.url, token_file=file, clock=time)
        await desk.log_in("ana", PASSWORD)
        await connected(server, desk)
        time.now = NINE
        again = Login(server.url, token_file=TokenFile(tmp_path / "desk", server.url), clock=time)
        assert await told(server, again, "c") == ("ana", ["offline"])


async def test_another_person_there_is_at_that_desk_too(gym: Path, tmp_path: Path, time: Watch) -> None:
    """At the end of a shift without the server: it is back when the next one logs in."""
    async with serving(gym, now=time) as server:
        desk = Login(server.url, token_file=TokenFile(tmp_path / "desk", server.url), clock=time)
        await desk.log_in("ana", PASSWORD)
        await connected(server, desk)
        time.now = NINE
        await desk.log_in("ben", PASSWORD)
        assert await told(server, desk, "c") == ("ana, sent by ben", ["offline"])


async def test_another_password_is_no_other_desk(gym: Path, tmp_path: Path, time: Watch) -> None:
    async with serving(gym, now=time) as server:
        desk = Login(server.url, token_file=TokenFile(tmp_path / "desk", server.url), clock=time)
        await desk.log_in("ana", PASSWORD)
        await connected(server, desk)
        time.now = EXPIRED + HOUR
        await desk.change_password(PASSWORD, "quite another one")
        assert await told(server, desk, "c") == ("ana", ["offline"])


async def test_the_machine_beside_it_is_another_desk(gym: Path, tmp_path: Path, time: Watch) -> None:
    async with serving(gym, now=time) as server:
        for folder in ("desk", "other"):
            desk = Login(server.url, token_file=TokenFile(tmp_path / folder, server.url), clock=time)
            await desk.log_in("ana" if folder == "desk" else "ben", PASSWORD)
            await connected(server, desk)
        async with Wire.open(server.url, await desk.token(), desk="Front") as wire:
            event = await claim(wire, "1", time.now, "c", queued_by="ana")
        assert event["by"] == "ben, who names ana"
