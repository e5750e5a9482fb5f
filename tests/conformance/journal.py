"""The journal: what everyone is told, in which order, and how one comes back."""

from __future__ import annotations

from typing import Final

from tests.conformance.commands import come_in
from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, Json, Untried, expect, new_id

MAX_PART: Final = 256 * 1024  # bytes
MAX_REPLAY: Final = 5000  # rows
SNAPSHOT: Final = {"epoch", "seq", "gym", "present", "recent", "stats", "more"}
STATS: Final = {"currently_in", "today_total", "average_stay_minutes", "capacity", "as_of_seq", "as_of"}


@sentence("After connection_status events are live from its seq, without a gap, each row once, in order.")
async def _(gym: Gym) -> None:
    async with gym.wire() as watcher, gym.wire() as wire:
        member = await gym.member(wire)
        start = watcher.last
        ids = [new_id() for _ in range(60)]
        for number, id in enumerate(ids):
            await wire.send("check_out" if number % 2 else "check_in", {"member_id": member["id"]}, id)
        results = {id: (await wire.until("reply", id=id))["payload"]["result"] for id in ids}
        await watcher.reaches(results[ids[-1]]["seq"])
        seqs = [event["seq"] for _, event in watcher.events]
        expect(seqs == list(range(start + 1, start + 1 + len(seqs))), seqs)
        told = {event["command_id"]: event for _, event in watcher.events if event.get("command_id") in results}
        expect(told == results, told)


@sentence("What the rules refuse is told to everyone as a `refusal`.")
async def _(gym: Gym) -> None:
    async with gym.wire() as watcher, gym.wire() as wire:
        came, known, unknown = await come_in(gym, wire), new_id(), new_id()
        error = await wire.refused("check_in", {"member_id": came["member"]["id"]}, "already_checked_in", known)
        refusal = await watcher.event("refusal", command_id=known)
        said = (refusal["code"], refusal["message"], refusal["reason"], refusal["member"])
        expect(said == (error["code"], error["message"], error["details"]["reason"], came["member"]), refusal)
        await wire.refused("check_in", {"code": f"nobody {unknown[:8]}"}, "unknown_member", unknown)
        refusal = await watcher.event("refusal", command_id=unknown)
        expect(refusal["member"] is None and refusal["code"] == "unknown_member", refusal)


@sentence("A code that nobody has is in no answer and no event; the same one has the same digest, another one another.")
async def _(gym: Gym) -> None:
    async with gym.wire() as watcher, gym.wire() as wire:
        code, told = f"secret-{new_id()[-12:]}", list[Json]()
        for asked in (code, code, f"{code}x"):
            id = new_id()
            error = await wire.refused("check_in", {"code": asked}, "unknown_member", id)
            refusal = await watcher.event("refusal", command_id=id)
            expect(code not in f"{error} {refusal}", refusal)
            told.append(refusal["unknown_card"]["digest"])
        expect(told[0] == told[1] != told[2], told)


@sentence("The counters come with the events that moved them.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        came = await come_in(gym, wire)
        await wire.reaches(came["seq"])
        while True:
            counted = [m["payload"]["batches"]["stats"] for m in wire.received if m["type"] == "batch"]
            if counted and counted[-1] and counted[-1][0]["as_of_seq"] >= came["seq"]:
                break
            await wire.next()
        expect(counted[-1][0].keys() >= STATS and counted[-1][0]["currently_in"] >= 1, counted[-1])


@sentence("`resume` with a seq of this epoch sends exactly what is missing, after the reply, and then what is live.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        seqs = [(await come_in(gym, wire))["seq"] for _ in range(3)]
        await wire.reaches(seqs[-1])
        epoch = wire.epoch
        async with gym.wire() as later:
            expect(await later.resume(epoch, seqs[0]) == "events", later.received[-1])
            live = (await come_in(gym, wire))["seq"]
            await later.reaches(live)
            got = [event["seq"] for _, event in later.events]
            expect(got == list(range(seqs[0] + 1, seqs[0] + 1 + len(got))), got)
            await wire.reaches(live)
            mine = [event for event in wire.events if seqs[0] < event[1]["seq"] <= live]
            expect([event for event in later.events if event[1]["seq"] <= live] == mine, later.events)


@sentence("`resume` with another epoch, or a seq that is ahead, gives a snapshot; what is live follows it.")
async def _(gym: Gym) -> None:
    for epoch, ahead in (("another", 0), ("", 1_000_000)):
        async with gym.wire() as wire:
            expect(await wire.resume(epoch or wire.epoch, wire.last + ahead) == "snapshot", wire.received[-1])
            part = (await wire.until("snapshot"))["payload"]
            while part["more"]:
                part = (await wire.until("snapshot"))["payload"]
            came = await come_in(gym, wire)
            await wire.reaches(came["seq"])


@sentence("A snapshot is of one position, in parts of at most 256 KiB; all who are in are in it, newest first.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        came = await come_in(gym, wire)
        expect(await wire.resume("another", 0) == "snapshot", wire.received[-1])
        parts: list[Json] = []
        while not parts or parts[-1]["more"]:
            parts.append((await wire.until("snapshot"))["payload"])
            expect(wire.size <= MAX_PART, f"{wire.size} bytes")
        expect(all(part.keys() >= SNAPSHOT for part in parts), parts[0].keys())
        expect(len({(part["epoch"], part["seq"], part["stats"]["as_of_seq"]) for part in parts}) == 1, parts)
        expect(parts[0]["seq"] >= came["seq"], parts[0]["seq"])
        present = [visit for part in parts for visit in part["present"]]
        expect(came in present and all(visit["status"] == "checked_in" for visit in present), present)
        expect(len(present) == parts[0]["stats"]["currently_in"], len(present))
        times = [visit["check_in_time"] for visit in present]
        expect(times == sorted(times, reverse=True), times)


@sentence("`full` asks for events however many are missing; without it more than 5,000 are a snapshot.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        if wire.last <= MAX_REPLAY:
            raise Untried(f"needs a journal of more than {MAX_REPLAY:,} rows")
        head, behind = wire.last, wire.last - MAX_REPLAY - 1
        expect(await wire.resume(wire.epoch, behind) == "snapshot", wire.received[-1])
    async with gym.wire() as wire:
        if await wire.resume(wire.epoch, behind, full=True) != "events":
            raise Untried("the journal no longer reaches back so far")
        await wire.reaches(head)
        expect(
            [event["seq"] for _, event in wire.events][: head - behind] == list(range(behind + 1, head + 1)), "others"
        )
