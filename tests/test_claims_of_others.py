"""A token of staff and a program of one's own: nobody is let in by the word of a desk that is somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.claims_kit import EXPIRED, Place, claim, gym, is_believed, time, visit
from tests.gym_kit import token
from tests.http_token_kit import Watch
from tests.kit import Wire, serving
from tests.till import DAY, MINUTE, NINE

__all__ = ["gym", "time"]


@pytest.mark.parametrize("desk", [None, "Front"])
async def test_nobody_is_in_by_a_claim(gym: Path, time: Watch, desk: str | None) -> None:
    time.now = NINE
    pass_ = token(gym, "ana", now=time.now, ttl=10 * 24 * 3600)
    async with serving(gym, now=time) as server, Wire.open(server.url, pass_, desk=desk) as wire:
        await wire.until("connection_status")
        for number, at in enumerate((time.now, EXPIRED - 1, NINE - 300 * DAY)):
            for code in "23":
                assert not is_believed(await claim(wire, code, at, f"{code}{number}"))
        assert (await wire.ask("list_present"))["result"]["present"] == []
        assert len((await wire.ask("list_conflicts"))["result"]["conflicts"]) == 6


@pytest.mark.parametrize("kind", ["a device of its own", "an older client", "a token that was issued by hand"])
async def test_the_name_of_a_desk_that_was_alone_is_not_its_absence(gym: Path, time: Watch, kind: str) -> None:
    place = {"a device of its own": Place(), "an older client": Place(None)}.get(kind)
    front = Place()
    async with serving(gym, now=time) as server:
        await visit(server, front, "Front")
        time.now = NINE
        pass_ = token(gym, "ben", now=time.now) if place is None else await place.log_in(server, "ben")
        async with Wire.open(server.url, pass_, desk="Front") as wire:
            event = await claim(wire, "3", EXPIRED - MINUTE, "claimed", queued_by="ana")
            assert not is_believed(event)
            assert event["by"] == "ben, who names ana"
            async with Wire.open(server.url, await front.log_in(server), desk="Front") as real:
                assert is_believed(await claim(real, "3", EXPIRED - MINUTE, "told"))


async def test_a_name_that_was_never_heard_of_was_never_alone(gym: Path, time: Watch) -> None:
    place = Place()
    async with serving(gym, now=time) as server:
        await visit(server, place, "Front", "ben")
        time.now = NINE
        async with Wire.open(server.url, await place.log_in(server, "ben"), desk="Side") as wire:
            assert not is_believed(await claim(wire, "3", EXPIRED - MINUTE, "c"))


async def test_a_made_up_device_is_none(gym: Path, time: Watch) -> None:
    """It gets a token of its own, as a desk does that the server does not know any more."""
    async with serving(gym, now=time) as server:
        await visit(server, Place(), "Front")
        time.now = NINE
        async with Wire.open(server.url, await Place("made up").log_in(server, "ben"), desk="Front") as wire:
            assert not is_believed(await claim(wire, "3", EXPIRED - MINUTE, "c"))


@pytest.mark.parametrize("is_at_the_desk_first", [True, False])
async def test_a_later_token_of_another_place_makes_a_connection_no_desk(
    gym: Path, time: Watch, is_at_the_desk_first: bool
) -> None:
    """Its name is that of the desk, and its times are not."""
    desk, elsewhere = Place(), Place()
    async with serving(gym, now=time) as server:
        await visit(server, desk, "Front", "ben")
        time.now = NINE
        first, then = (desk, elsewhere) if is_at_the_desk_first else (elsewhere, desk)
        async with Wire.open(server.url, await first.log_in(server, "ben"), desk="Front") as wire:
            await wire.until("connection_status")
            await wire.send("authenticate", {"token": await then.log_in(server, "ben")})
            assert (await wire.until("auth_response"))["payload"]["success"] is True
            assert not is_believed(await claim(wire, "3", EXPIRED - MINUTE, "c"))


async def test_connections_by_a_name_push_nothing_out_of_what_is_known_of_that_desk(gym: Path, time: Watch) -> None:
    front, other = Place(), Place()
    async with serving(gym, now=time) as server:
        await visit(server, front, "Front")
        for _ in range(60):
            time.now += 1
            await visit(server, other, "Front", "ben")
        time.now = NINE
        async with Wire.open(server.url, await front.log_in(server), desk="Front") as wire:
            assert is_believed(await claim(wire, "3", EXPIRED - MINUTE, "told"))
