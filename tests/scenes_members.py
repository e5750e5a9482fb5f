"""Scenes of what is done to members: one is renewed, a guest comes in."""

from __future__ import annotations

from typing import Final

from tests.played_evening import evening

SMALL, USUAL = (80, 24), (120, 40)


async def a_member(pictures: dict[str, str]) -> None:
    """A manager is about to renew whoever was refused."""
    async with evening(pictures, SMALL, role="manager") as desk:
        await desk.scan("100107", "✗ Ben Ode refused")
        await desk.pilot.press("ctrl+g", "down", "enter")
        await desk.camera.until("NEW VALUE", "Enter: valid until")
        await desk.draw("member", SMALL, USUAL)


async def a_guest(pictures: dict[str, str]) -> None:
    """Whose guest it is, as the name is typed."""
    async with evening(pictures, SMALL) as desk:
        await desk.pilot.press("f5")
        await desk.camera.until("GUEST")
        await desk.pilot.press(*"Gus Roth", "enter")
        await desk.camera.until("GUEST OF")
        await desk.pilot.press(*"ana")
        await desk.camera.until("Ana Silva")
        await desk.draw("guest", SMALL)


async def a_mask(pictures: dict[str, str]) -> None:
    """Somebody may look over a shoulder."""
    async with evening(pictures, USUAL) as desk:
        await desk.scan("100042", "✓ Ana Silva checked in", "17:24:00 +▲ +Ana Silva", "LAST VISITS")
        await desk.pilot.press("f7")
        await desk.camera.until("HIDDEN", "✓ A. S. checked in", "notes, alerts: F7")
        await desk.draw("masked", SMALL, USUAL)


MEMBERS: Final = (a_member, a_guest, a_mask)
