"""`save_member` on the wire: everyone hears of a member that is added or changed, and of a gym that is."""

from __future__ import annotations

from pathlib import Path

from tests.gym_kit import name_gym, token
from tests.kit import Wire, serving


async def test_everyone_hears_of_it(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "mia")) as mia,
        Wire.open(server.url, token(gym, "otto")) as otto,
    ):
        await otto.until("connection_status")
        head = server.hub.head
        saved = (await mia.ask("save_member", {"member": {"full_name": "Cleo", "membership_number": "777"}}))["result"]
        assert set(saved) == {"member"}
        changed = {"id": saved["member"]["id"], "notes": "knee", "alerts": ["knee"]}
        after = (await mia.ask("save_member", {"member": changed}, "2"))["result"]["member"]
        assert after == saved["member"] | {"notes": "knee", "alerts": ["knee"], "seq": head + 2}
        while len(otto.events) < 2:
            await otto.next()
        told = after | {"notes": None}  # which operators do not see
        assert otto.events == [saved["member"], told]
        types = {name for m in otto.received if m["type"] == "batch" for name in m["payload"]["batches"]}
        assert types == {"member_update", "stats"}
        page = (await otto.ask("sync_members", {"after_seq": head}))["result"]
        assert (page["members"], page["next_after_seq"], page["more"]) == ([told], head + 2, False)


BAD: list[object] = [
    {"full_name": None},
    {"full_name": ""},
    {"full_name": "x" * 301},
    {"full_name": "N", "status": "gone"},
    {"full_name": "N", "visits_left": -1},
    {"full_name": "N", "visits_left": 1.5},
    {"full_name": "N", "valid_until": "tomorrow"},
    {"full_name": "N", "valid_until": "2026-1-1"},
    {"full_name": "N", "valid_until": "2026-11-22\n"},
    {"full_name": "N", "valid_until": "٢٠٢٦-11-22"},
    {"full_name": "N", "valid_until": "2026-02-29"},
    {"full_name": "N", "hours": "6-14"},
    {"full_name": "N", "payment_overdue": None},
    {"full_name": "N", "membership_number": "x" * 65},
    {"full_name": "N", "alerts": "knee"},
    7,
    None,
]


async def test_what_is_no_member_is_invalid(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "mia")) as wire:
        head = server.hub.head
        for member in BAD:
            reply = await wire.ask("save_member", {"member": member})
            assert reply["error"]["code"] == "invalid", member
        assert server.hub.newest == head


async def test_a_gym_that_changes_beside_its_server_is_told(gym: Path) -> None:
    """`gymtui serve --capacity` does this before it serves, and so does any server on the same database."""
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as otto:
        await otto.until("connection_status")
        head = server.hub.head
        name_gym(gym, name="Riverside", timezone="Europe/Zurich", capacity=40)
        await otto.covers(head + 1)
        batches = otto.received[-1]["payload"]["batches"]
        [update] = batches["gym_update"]
        assert update == otto.events[-1]
        assert (update["name"], update["timezone"], update["capacity"], update["seq"]) == (
            "Riverside",
            "Europe/Zurich",
            40,
            head + 1,
        )
        assert update["policy"] == {}
        assert batches["stats"][0]["capacity"] == 40
        name_gym(gym, name=None, timezone=None, capacity=40)  # nothing changes: nothing is told
        name_gym(gym, name=None, timezone=None, capacity=50)
        await otto.covers(head + 2)
        assert [event.get("capacity") for event in otto.events] == [40, 50]
