"""Commands: what they do, once and for good."""

from __future__ import annotations

import json
from typing import Final

from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, Json, Wire, expect, new_id

FIELDS: Final = "id member check_in_time check_out_time status location by desk flags command_id seq".split()


async def come_in(gym: Gym, wire: Wire, id: str | None = None) -> Json:
    """A new member checks in; the visit."""
    member = await gym.member(wire)
    return await wire.do("check_in", {"member_id": member["id"]}, id)


@sentence("`check_in` gives the CheckInEvent, its fields in their order.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member, id = await gym.member(wire), new_id()
        event = await wire.do("check_in", {"member_id": member["id"], "location": "Main door"}, id)
        expect([name for name in event if name != "visits_left"] == FIELDS, list(event))
        named = {name: member[name] for name in ("id", "full_name", "membership_number")}
        expect(event["member"] == named, event)
        expect((event["status"], event["check_out_time"], event["flags"]) == ("checked_in", None, []), event)
        expect((event["location"], event["command_id"]) == ("Main door", id), event)


@sentence("A member is named by member_id or by code, one of the two, and never by name.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        both = {"member_id": member["id"], "code": member["membership_number"]}
        await wire.refused("check_in", both, "invalid")
        await wire.refused("check_in", {"location": "here"}, "invalid")
        await wire.refused("check_in", {"code": member["full_name"]}, "unknown_member")
        event = await wire.do("check_in", {"code": member["membership_number"]})
        expect(event["member"]["id"] == member["id"], event)


@sentence("location comes back as it was sent, up to 1,000 characters.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        wanted = {"member_id": member["id"]}
        await wire.refused("check_in", wanted | {"location": "x" * 1001}, "invalid")
        odd = "\u202e\x07🏋 <b>" + "é" * 990
        event = await wire.do("check_in", wanted | {"location": odd})
        expect(event["location"] == odd, event)


@sentence("`check_out` names the visit by check_in_id, command_id, member_id or code, one of the four.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        for by in ("check_in_id", "command_id", "member_id", "code"):
            id = new_id()
            came = await wire.do("check_in", {"member_id": member["id"]}, id)
            names = {"check_in_id": came["id"], "command_id": id, "member_id": member["id"]}
            names["code"] = member["membership_number"]
            left = await wire.do("check_out", {by: names[by]})
            expect((left["id"], left["status"]) == (came["id"], "checked_out"), left)
            expect(left["check_out_time"] >= left["check_in_time"], left)
        await wire.refused("check_out", {"member_id": member["id"], "code": member["membership_number"]}, "invalid")
        await wire.refused("check_out", {}, "invalid")


@sentence("Who is in is not checked in again: already_checked_in, with the open visit.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        came = await come_in(gym, wire)
        error = await wire.refused("check_in", {"member_id": came["member"]["id"]}, "already_checked_in")
        expect(error["details"]["check_in"] == came, error)


@sentence("`check_out` of who is out is not_checked_in, of a visit that never was unknown_visit.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        came = await come_in(gym, wire)
        await wire.do("check_out", {"check_in_id": came["id"]})
        await wire.refused("check_out", {"check_in_id": came["id"]}, "not_checked_in")
        await wire.refused("check_out", {"member_id": came["member"]["id"]}, "not_checked_in")
        await wire.refused("check_out", {"check_in_id": new_id()}, "unknown_visit")
        await wire.refused("check_out", {"command_id": new_id()}, "unknown_visit")


@sentence("The same id with the same payload has the same reply, and is done once.")
async def _(gym: Gym) -> None:
    id = new_id()
    async with gym.wire() as wire:
        came = await come_in(gym, wire, id)
        again = await wire.do("check_in", {"member_id": came["member"]["id"]}, id)
        expect(again == came, again)
        await wire.do("check_out", {"command_id": id})
    async with gym.wire() as later:
        again = await later.do("check_in", {"member_id": came["member"]["id"]}, id)
        expect(again == came, again)
        await later.refused("check_out", {"member_id": came["member"]["id"]}, "not_checked_in")


@sentence("The same payload is the same once it is read: order and unknown fields do not count.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member, id = await gym.member(wire), new_id()
        payload = {"member_id": member["id"], "location": "here"}
        came = await wire.do("check_in", payload, id)
        mixed = json.dumps({"id": id, "payload": {"location": "here", "new": 1} | payload, "type": "check_in"})
        await wire.send_text(mixed.replace("here", "h\\u0065re"))
        expect((await wire.until("reply", id=id))["payload"].get("result") == came, wire.received[-1])


@sentence("The same id with another payload, or for another command, is id_reused.")
async def _(gym: Gym) -> None:
    id = new_id()
    async with gym.wire() as wire:
        came = await come_in(gym, wire, id)
        who = {"member_id": came["member"]["id"]}
        await wire.refused("check_in", who | {"location": "elsewhere"}, "id_reused", id)
        await wire.refused("check_out", who, "id_reused", id)
        expect(await wire.do("check_in", who, id) == came, wire.received[-1])


@sentence("The same id from another user is id_reused.")
async def _(gym: Gym) -> None:
    gym.token("manager")
    id = new_id()
    async with gym.wire("staff") as wire, gym.wire("manager") as other:
        came = await come_in(gym, wire, id)
        await other.refused("check_in", {"member_id": came["member"]["id"]}, "id_reused", id)


@sentence("What is invalid makes no row, and leaves its id free.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member, id = await gym.member(wire), new_id()
        await wire.refused("check_in", {"member_id": member["id"], "code": member["membership_number"]}, "invalid", id)
        await wire.refused("fly", {}, "unknown_type", id)
        came = await wire.do("check_in", {"member_id": member["id"]}, id)
        await wire.reaches(came["seq"])
        mine = [one for _, one in wire.events if one.get("command_id") == id]
        expect(mine == [came], mine)


@sentence("A refusal of the rules is kept: the same id has the same error for good.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        came, id = await come_in(gym, wire), new_id()
        who = {"member_id": came["member"]["id"]}
        first = await wire.refused("check_in", who, "already_checked_in", id)
        await wire.do("check_out", who)
        expect(await wire.refused("check_in", who, "already_checked_in", id) == first, wire.received[-1])
        await wire.do("check_in", who)


@sentence("Commands of one connection take effect in the order sent, replies without waiting for each other.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        ids = [new_id() for _ in range(40)]
        for number, id in enumerate(ids):
            await wire.send("check_out" if number % 2 else "check_in", {"member_id": member["id"]}, id)
        replies = [await wire.until("reply") for _ in ids]
        expect([reply["id"] for reply in replies] == ids, [reply["id"] for reply in replies])
        expect(all(reply["payload"]["ok"] for reply in replies), replies)
        seqs = [reply["payload"]["result"]["seq"] for reply in replies]
        expect(seqs == sorted(seqs), seqs)


@sentence("`undo` of a check-in: the same visit, checked out, both times equal, flag undone; once.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        came_id, id = new_id(), new_id()
        came = await come_in(gym, wire, came_id)
        undone = await wire.do("undo", {"command_id": came_id}, id)
        expect((undone["id"], undone["status"], undone["flags"]) == (came["id"], "checked_out", ["undone"]), undone)
        expect(undone["check_in_time"] == undone["check_out_time"] == came["check_in_time"], undone)
        expect(await wire.do("undo", {"command_id": came_id}, id) == undone, wire.received[-1])
        await wire.refused("undo", {"command_id": came_id}, "unknown_visit")


@sentence("`undo` of a check-out: the visit is open again, unless the member has come in meanwhile.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        first, second = new_id(), new_id()
        came = await come_in(gym, wire)
        who = {"member_id": came["member"]["id"]}
        await wire.do("check_out", who, first)
        back = await wire.do("undo", {"command_id": first})
        expect((back["id"], back["status"], back["check_out_time"]) == (came["id"], "checked_in", None), back)
        expect("undone" in back["flags"], back)
        await wire.do("check_out", who, second)
        await wire.do("check_in", who)
        await wire.refused("undo", {"command_id": second}, "already_checked_in")


@sentence("`undo` of an undo, of what is unknown, and of a check-in already checked out is refused.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        first, undo = new_id(), new_id()
        came = await come_in(gym, wire, first)
        who = {"member_id": came["member"]["id"]}
        await wire.do("undo", {"command_id": first}, undo)
        await wire.refused("undo", {"command_id": undo}, "unknown_visit")
        await wire.refused("undo", {"command_id": new_id()}, "unknown_visit")
        second = new_id()
        await wire.do("check_in", who, second)
        await wire.do("check_out", who)
        await wire.refused("undo", {"command_id": second}, "not_checked_in")


@sentence(
    "`correct` makes a visit another's, or says that it never was; nobody is in twice; the other punch card is told."
)
async def _(gym: Gym) -> None:
    async with gym.wire("manager") as wire:
        came, other = await come_in(gym, wire), await gym.member(wire)
        asked: Json = {"check_in_id": came["id"], "reason": "a namesake"}
        now = await wire.do("correct", asked | {"member_id": other["id"]})
        expect((now["id"], now["member"]["id"], now["flags"]) == (came["id"], other["id"], ["corrected"]), now)
        twice = await wire.do("check_in", {"member_id": came["member"]["id"]})
        await wire.refused("correct", asked | {"member_id": came["member"]["id"]}, "already_checked_in")
        await wire.refused("correct", asked | {"check_out_time": "2999-01-01T00:00:00Z"}, "invalid")
        await wire.refused("correct", asked, "invalid")
        gone = await wire.do("correct", asked | {"check_in_id": twice["id"], "void": True})
        expect(gone["check_out_time"] == gone["check_in_time"] and "undone" in gone["flags"], gone)
        await wire.refused("correct", asked | {"check_in_id": "none", "void": True}, "unknown_visit")
