"""Who may do what."""

from __future__ import annotations

from typing import Final

from tests.conformance.commands import come_in
from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, Json, expect, new_id

COMMANDS: Final[list[tuple[str, Json]]] = [
    ("check_in", {"code": "1"}),
    ("check_out", {"code": "1"}),
    ("undo", {"command_id": "none"}),
    ("correct", {"check_in_id": "none", "reason": "none"}),
    ("save_member", {"member": {"full_name": "Nobody", "guest": True}}),
    ("roll_call", {"roll_call_id": "none", "step": "start", "drill": True}),
    ("close_connection", {"session_id": "none", "reason": "none"}),
    ("notify", {"level": "info", "title": "Nothing", "message": "No."}),
    ("hand_over", {"note": "Nothing."}),
    ("configure", {"gym": {"policy": {}}}),
    ("import_rows", {"rows": []}),
]
READS: Final[list[tuple[str, Json]]] = [
    ("search_members", {"text": "a", "limit": 1}),
    ("get_peak", {"weeks": 1}),
    ("list_present", {"limit": 1}),
    ("list_check_ins", {"limit": 1}),
    ("list_refusals", {"limit": 1}),
    ("sync_members", {"limit": 1}),
    ("list_connections", {}),
    ("server_stats", {}),
    ("resume", {"epoch": "another"}),
]


@sentence("An operator reads everything, and every command of theirs is not_allowed.")
async def _(gym: Gym) -> None:
    async with gym.wire("operator") as wire:
        for type, payload in COMMANDS:
            await wire.refused(type, payload, "not_allowed")
        for type, payload in READS:
            await wire.do(type, payload)
        await wire.refused("get_member", {"member_id": "nobody"}, "unknown_member")
        for type in ("ping", "heartbeat"):
            await wire.send(type, {}, type)
            await wire.until({"ping": "pong", "heartbeat": "heartbeat_ack"}[type], id=type)


@sentence("What is not allowed is not done, and leaves its id free.")
async def _(gym: Gym) -> None:
    async with gym.wire("operator") as operator, gym.wire() as wire:
        member, id = await gym.member(wire), new_id()
        await operator.refused("check_in", {"member_id": member["id"]}, "not_allowed", id)
        came = await wire.do("check_in", {"member_id": member["id"]}, id)
        expect(came["command_id"] == id, came)


CHANGED = "changed_meanwhile"


@sentence("All roles hear the same events.")
async def _(gym: Gym) -> None:
    async with gym.wire("operator") as operator, gym.wire("manager") as manager, gym.wire() as wire:
        came = await come_in(gym, wire)
        for listener in (operator, manager, wire):
            expect(await listener.event("check_in_update", id=came["id"]) == came, listener.events)


@sentence("Staff may not notify, configure or change members, but add guests.")
async def _(gym: Gym) -> None:
    gym.token("manager")
    async with gym.wire() as wire, gym.wire("manager") as manager:
        member = await gym.member(wire)
        for type, payload in COMMANDS[-2:]:
            await wire.refused(type, payload, "not_allowed")
        await wire.refused("save_member", {"member": {"full_name": "Nobody"}}, "not_allowed")
        await wire.refused("save_member", {"member": {"id": member["id"], "plan": "Free"}}, "not_allowed")
        guest = (await wire.do("save_member", {"member": {"full_name": "Conformance Guest", "guest": True}}))["member"]
        expect(guest["guest"] is True, guest)
        await manager.do("save_member", {"member": {"id": guest["id"], "deleted": True}})


@sentence("Staff may undo what they did, a manager what anyone did.")
async def _(gym: Gym) -> None:
    gym.token("manager")
    async with gym.wire() as wire, gym.wire("manager") as manager:
        theirs, own = new_id(), new_id()
        await come_in(gym, manager, theirs)
        await wire.refused("undo", {"command_id": theirs}, "not_allowed")
        await come_in(gym, wire, own)
        await manager.do("undo", {"command_id": own})


@sentence("A manager changes a member, only the fields that are named, and everyone hears of it.")
async def _(gym: Gym) -> None:
    async with gym.wire("manager") as wire, gym.wire() as watcher:
        member, id = await gym.member(wire, plan="Gold", phone="+41 44 123"), new_id()
        change = {"member": {"id": member["id"], "phone": None, "alerts": ["Birthday"]}}
        saved = (await wire.do("save_member", change, id))["member"]
        expect((saved["plan"], saved["phone"], saved["alerts"]) == ("Gold", None, ["Birthday"]), saved)
        expect(await watcher.event("member_update", id=member["id"], seq=saved["seq"]) == saved, watcher.events)
        expect((await wire.do("save_member", change, id))["member"] == saved, wire.received[-1])
        await wire.refused("save_member", {"member": {"id": "nobody", "plan": "Free"}}, "unknown_member")
        taken = {"full_name": "Conformance Twin", "membership_number": member["membership_number"]}
        await wire.refused("save_member", {"member": taken}, "invalid")


@sentence("Of two managers who change one field, the second is told what it is; a new member has the client's own id.")
async def _(gym: Gym) -> None:
    async with gym.wire("manager") as wire:
        member = await gym.member(wire, phone="1", visits_left=3)
        seen: Json = {"seen": member["seq"], "before": {"phone": "1"}}
        await wire.do("save_member", seen | {"member": {"id": member["id"], "phone": "2"}})
        error = await wire.refused("save_member", seen | {"member": {"id": member["id"], "phone": "3"}}, CHANGED)
        expect([each["value"] for each in error["details"]["changed"]] == ["2"], error)
        for _ in range(2):
            saved = (await wire.do("save_member", {"member": {"id": member["id"]}, "visits": 5}))["member"]
        expect((saved["phone"], saved["visits_left"]) == ("2", 13), saved)
        id = new_id()
        new = {"member": {"id": id, "full_name": "Conformance New"}, "seen": 0}
        expect((await wire.do("save_member", new))["member"]["id"] == id, wire.received[-1])
        await wire.do("save_member", {"member": {"id": id, "deleted": True}})


@sentence("A card is given out, moved only by whoever asked, and refused once it was lost.")
async def _(gym: Gym) -> None:
    async with gym.wire("manager") as wire:
        member, other = await gym.member(wire, plan="Gold"), await gym.member(wire, plan="Silver")
        code = f"card-{new_id()}"
        card: Json = {"member_id": member["id"], "code": code}
        saved = (await wire.do("save_card", card))["member"]
        expect([one["code"] for one in saved["cards"]] == [member["membership_number"], code], saved)
        theirs: Json = {"member_id": other["id"], "code": code}
        await wire.refused("save_card", theirs, "invalid")
        moved = (await wire.do("save_card", theirs | {"moves_from": member["id"]}))["member"]
        expect(moved["cards"][-1]["code"] == code, moved)
        await wire.do("save_card", theirs | {"state": "lost"})
        await wire.refused("check_in", {"code": code}, "card_lost")


@sentence("A manager's notification is told to everyone, once.")
async def _(gym: Gym) -> None:
    async with gym.wire("manager") as wire, gym.wire() as watcher:
        said: Json = {"level": "warning", "title": "Conformance", "message": "Nothing is wrong."}
        id = new_id()
        first = (await wire.do("notify", said, id))["notification"]
        expect((await wire.do("notify", said, id))["notification"] == first, wire.received[-1])
        expect({name: first[name] for name in said} == said and first["at"], first)
        expect(await watcher.event("notification", id=first["id"]) == first, watcher.events)


@sentence("What a shift hands over is told to everyone, once, and says whose it is.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire, gym.wire("operator") as watcher:
        note: Json = {"note": "The conformance ran."}
        id = new_id()
        first = (await wire.do("hand_over", note, id))["notification"]
        expect((await wire.do("hand_over", note, id))["notification"] == first, wire.received[-1])
        expect(first["title"].startswith("Handover from ") and first["message"] == note["note"], first)
        expect(await watcher.event("notification", id=first["id"]) == first, watcher.events)


@sentence("A manager changes the gym's settings, only those that are named, and everyone hears what was before.")
async def _(gym: Gym) -> None:
    async with gym.wire("manager") as wire, gym.wire() as watcher:
        id, change = new_id(), {"gym": {"policy": {"waiver_missing": "warn"}}}
        first = (await wire.do("configure", change, id))["gym"]
        expect(first["policy"]["waiver_missing"] == "warn" and first["by"], first)
        expect((await wire.do("configure", change, id))["gym"] == first, wire.received[-1])
        expect(await watcher.event("gym_update", seq=first["seq"]) == first, watcher.events)
        back = (await wire.do("configure", {"gym": first["before"]}))["gym"]
        expect(back["capacity"] == first["capacity"], back)
        again = (await wire.do("configure", {"gym": back["before"]}))["gym"]
        expect(again["policy"] == first["policy"], again)
        await wire.do("configure", {"gym": first["before"]})
        await wire.refused("configure", {"gym": {"policy": {"towels": "warn"}}}, "invalid")


@sentence("Staff share how a reader is set with every desk, under a name, and take that away again.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire, gym.wire("operator") as watcher:
        reader: Json = {"name": f"Conformance {new_id()[-6:]}", "prefix": "M#", "steps": ["no_zeros"]}
        told = (await wire.do("share_reader", {"reader": reader}))["gym"]
        kept = next(one for one in told["readers"] if one["name"] == reader["name"])
        expect({name: kept[name] for name in reader} == reader, told)
        expect(await watcher.event("gym_update", seq=told["seq"]) == told, watcher.events)
        await wire.refused("share_reader", {"reader": reader | {"steps": ["towels"]}}, "invalid")
        left = (await wire.do("share_reader", {"reader": {"name": reader["name"]}, "withdraw": True}))["gym"]
        expect(reader["name"] not in {one["name"] for one in left.get("readers", ())}, left)


@sentence("A manager imports a list: nothing is written before it is taken, and it can be taken back by its number.")
async def _(gym: Gym) -> None:
    async with gym.wire("manager") as wire:
        number = f"import-{new_id()}"
        row: Json = {"line": 2, "member": {"full_name": f"Zoë Import {number[-6:]}", "membership_number": number}}
        await wire.refused("import_take", {}, "invalid")
        expect(await wire.do("import_rows", {"rows": [row], "begins": True}) == {"rows": 1}, wire.received[-1])
        told = await wire.do("import_compare", {"source": "conformance"})
        expect((told["new"], told["changed"], told["unchanged"]) == (1, 0, 0), told)
        await wire.refused("check_in", {"code": number}, "unknown_member")
        taken = await wire.do("import_take", {})
        expect((taken["behind"], taken["of"], taken["new"]) == (1, 1, 1), taken)
        await wire.refused("import_rows", {"rows": [row]}, "invalid")
        expect((await wire.do("import_end", {}))["number"] == taken["number"], wire.received[-1])
        about = await wire.do("import_undo", {"number": taken["number"]})
        expect((about["behind"], about["of"], about["changed"]) == (0, 1, 0) and about["notes"], about)
        undone = await wire.do("import_undo", {})
        expect((undone["behind"], undone["of"], undone["changed"]) == (1, 1, 1), undone)
        await wire.do("import_end", {})
        await wire.refused("check_in", {"code": number}, "unknown_member")
        await wire.refused("import_undo", {"number": taken["number"]}, "invalid")


@sentence("A shift hands over a note, once, and everyone hears who from.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire, gym.wire("operator") as watcher:
        id, note = new_id(), {"note": "Conformance: all is well."}
        told = (await wire.do("hand_over", note, id))["notification"]
        expect(told["title"].startswith("Handover from") and told["message"] == note["note"], told)
        expect((await wire.do("hand_over", note, id))["notification"] == told, wire.received[-1])
        expect(await watcher.event("notification", id=told["id"]) == told, watcher.events)
        await wire.refused("hand_over", {"note": "  "}, "invalid")
