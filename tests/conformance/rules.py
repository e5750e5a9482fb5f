"""May this member come in? By the gym's own policy."""

from __future__ import annotations

from typing import Any, Final

from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, Json, Untried, Wire, expect, new_id

DEFAULTS: Final = {
    "banned": "refuse",
    "member_inactive": "refuse",
    "membership_expired": "refuse",
    "membership_frozen": "refuse",
    "no_visits_left": "refuse",
    "payment_overdue": "warn",
    "waiver_missing": "allow",
    "outside_hours": "allow",
}
WRONG: Final[list[tuple[str, Json]]] = [
    ("banned", {"status": "banned"}),
    ("member_inactive", {"status": "inactive"}),
    ("member_inactive", {"valid_from": "2999-01-01"}),
    ("membership_expired", {"valid_until": "2000-01-01"}),
    ("membership_frozen", {"status": "frozen"}),
    ("no_visits_left", {"visits_left": 0}),
    ("payment_overdue", {"payment_overdue": True}),
    ("waiver_missing", {"waiver_signed": False}),
]


async def snapshot(wire: Wire) -> Json:
    """The last part of a fresh snapshot."""
    await wire.resume("", 0)
    while True:
        part: Json = (await wire.until("snapshot"))["payload"]
        if not part["more"]:
            return part


async def actions(gym: Gym) -> dict[str, str]:
    """What the gym does about each thing that can be wrong."""
    async with gym.wire() as wire:
        policy: dict[str, str] = (await snapshot(wire))["gym"]["policy"]
    return DEFAULTS | policy


@sentence("The gym's policy decides about each thing that can be wrong: refuse, warn or allow.")
async def _(gym: Gym) -> None:
    action = await actions(gym)
    async with gym.wire() as wire:
        for code, fields in WRONG:
            member = await gym.member(wire, **fields)
            who = {"member_id": member["id"]}
            if action[code] == "refuse":
                error = await wire.refused("check_in", who, code)
                expect(error["details"]["reason"] and not error["retryable"], error)
            else:
                event = await wire.do("check_in", who)
                expect(("warned" in event["flags"]) == (action[code] == "warn"), event)


@sentence("What the gym refuses goes before what it warns of, and of two as hard the first of the list counts.")
async def _(gym: Gym) -> None:
    action = await actions(gym)
    async with gym.wire() as wire:
        fields: dict[str, Any] = {"payment_overdue": True, "valid_until": "2000-01-01", "visits_left": 0}
        member = await gym.member(wire, **fields)
        codes = ("membership_expired", "no_visits_left", "payment_overdue")
        refused = [code for code in codes if action[code] == "refuse"]
        if refused:
            await wire.refused("check_in", {"member_id": member["id"]}, refused[0])


@sentence("Refused, and told by a desk as something that has happened, is recorded all the same, and flagged.")
async def _(gym: Gym) -> None:
    if (await actions(gym))["membership_expired"] == "allow":
        raise Untried("the gym's policy allows expired memberships: nothing is flagged")
    async with gym.wire() as wire:
        member = await gym.member(wire, valid_until="2000-01-01")
        event = await wire.do("check_in", {"member_id": member["id"], "offline": True})
        expect({"offline", "warned"} <= set(event["flags"]), event)


@sentence("Nobody whom the rules refuse is let in by the word of a desk that cannot have been alone, or has no proof.")
async def _(gym: Gym) -> None:
    if (await actions(gym))["membership_expired"] != "refuse":
        raise Untried("the gym's policy does not refuse expired memberships")
    async with gym.wire(desk=(away := f"conformance {new_id()}")):
        pass  # whose name is known from now on, and nothing of its machine
    for desk in (None, f"conformance {new_id()}", away):
        async with gym.wire(desk=desk) as wire:
            member = await gym.member(wire, valid_until="2020-01-01")
            claim = {"member_id": member["id"], "offline": True, "occurred_at": "2019-12-31T12:00:00Z"}
            event = await wire.do("check_in", claim)
            expect(event["status"] == "checked_out" and {"warned", "clash"} <= set(event["flags"]), event)
            told = (await wire.do("list_conflicts", {}))["conflicts"]
            expect(any(note["member"]["id"] == member["id"] for note in told if note["member"]), told)


@sentence("A punch card goes down with the check-in, in its event, and back with undo.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member, id = await gym.member(wire, visits_left=1), new_id()
        who = {"member_id": member["id"]}
        came = await wire.do("check_in", who, id)
        expect(came["visits_left"] == 0, came)
        undone = await wire.do("undo", {"command_id": id})
        expect(undone["visits_left"] == 1, undone)
        card = await wire.do("get_member", who)
        expect((card["member"]["visits_left"], card["member"]["seq"]) == (1, undone["seq"]), card)


@sentence("An override needs the server and a manager's PIN: offline it is invalid, with a wrong PIN not_allowed.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member, id = await gym.member(wire), new_id()
        override = {"reason": "a friend", "manager": f"nobody {new_id()}", "pin": "0000"}
        wanted: Json = {"member_id": member["id"], "override": override}
        await wire.refused("check_in", wanted, "not_allowed", id)
        free = await wire.do("check_in", {"member_id": member["id"]}, id)
        expect("override" not in free["flags"], free)
        await wire.refused("check_in", wanted | {"offline": True}, "invalid")
