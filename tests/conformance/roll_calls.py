"""Roll-calls: nothing that somebody says of who is safe is refused, or lost."""

from __future__ import annotations

from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, expect, new_id


@sentence("Each step of a `roll_call` is told to everyone, in whatever order; who is safe is named by id or by name.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire, gym.wire() as watcher:
        member, call, mark = await gym.member(wire), new_id(), new_id()
        about = {"roll_call_id": call, "drill": True}
        told = await wire.do("roll_call", about | {"step": "safe", "member_id": member["id"]}, mark)
        expect(told["member"]["id"] == member["id"] and told["command_id"] == mark and told["drill"], told)
        expect(await watcher.event("roll_call_update", command_id=mark) == told, watcher.events)
        await wire.do("roll_call", about | {"step": "start"})
        named = await wire.do("roll_call", about | {"step": "safe", "name": "A plumber"})
        expect(named["name"] == "A plumber" and "member" not in named, named)
        back = await wire.do("roll_call", about | {"step": "not_safe", "takes_back": mark})
        expect(back["takes_back"] == mark, back)
        over = await wire.do("roll_call", about | {"step": "end", "found": 1, "missing": 3})
        expect((over["found"], over["missing"]) == (1, 3), over)
        expect(await wire.do("roll_call", about | {"step": "safe", "member_id": member["id"]}, mark) == told, told)


@sentence("A `roll_call` that does not say whom or what it is about is invalid.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member, call = await gym.member(wire), new_id()
        both = {"member_id": member["id"], "name": "A plumber"}
        for step in ({"step": "safe"}, {"step": "safe"} | both, {"step": "not_safe"}):
            await wire.refused("roll_call", {"roll_call_id": call} | step, "invalid")


@sentence("A snapshot has the steps of the roll-calls of the last day.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        call, id = new_id(), new_id()
        await wire.do("roll_call", {"roll_call_id": call, "step": "start", "drill": True}, id)
        await wire.do("roll_call", {"roll_call_id": call, "step": "end", "drill": True, "found": 0, "missing": 0})
        await wire.ask("resume", {"epoch": "another", "seq": 0})
        ids: list[str] = []
        while True:
            part = (await wire.until("snapshot"))["payload"]
            ids += [step["command_id"] for step in part.get("roll_call", ())]
            if not part["more"]:
                break
        expect(id in ids, ids)
