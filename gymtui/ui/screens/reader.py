"""Sharing how a reader is set: asked of the server, and said in the box."""

from __future__ import annotations

from msgspec.structs import replace

from gymtui.cards.profile import ReaderProfile, shared
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.protocol import ShareReader
from gymtui.ui.screens.box import BoxScreen


async def share_reader(screen: BoxScreen, name: str, profile: ReaderProfile) -> None:
    """Lets the gym's other desks choose it; where that cannot be, this desk has it all the same, and it is said why."""
    with screen.answering("The reader"):
        try:
            await screen.desk.service.request(ShareReader(reader=shared(name, profile)))
        except (RequestRefused, Disconnected) as problem:
            detail, _, step = str(problem).rstrip(".").partition(": ")
            screen.say(screen.refusal("Reader", f"kept here, not shared: {detail}", step or None))
        else:
            said = screen.refusal("Reader", f"{name} is shared: :reader and ↓ at the other desks", None)
            screen.say(replace(said, kind="done"))
