"""What may be looked up."""

from __future__ import annotations

from typing import Any

from tests.conformance.commands import come_in
from tests.conformance.contract import sentence
from tests.conformance.gym import Gym, Json, Wire, expect
from tests.conformance.offline import ago


async def pages(wire: Wire, type: str, field: str, wanted: dict[str, Any], most: int = 5) -> list[Json]:
    """The things on the first pages of a list."""
    found: list[Json] = []
    for _ in range(most):
        page = await wire.do(type, wanted)
        expect(len(page[field]) <= wanted["limit"], page)
        found += page[field]
        if page["cursor"] is None:
            break
        wanted = wanted | {"cursor": page["cursor"]}
    return found


@sentence("`search_members` finds by the beginnings of words of the name and by number, at most `limit`.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        number, name = member["membership_number"], member["full_name"].split()[0]
        for text in (number, f"{name[:-1].upper()} {number}"):
            found = (await wire.do("search_members", {"text": text, "limit": 100}))["members"]
            expect(member["id"] in [one["id"] for one in found] or len(found) == 100, found)
            expect(len((await wire.do("search_members", {"text": text, "limit": 1}))["members"]) == 1, text)
        nobody = await wire.do("search_members", {"text": "qqzzxxqq"})
        expect(nobody["members"] == nobody["near"] == [], wire.received[-1])


@sentence("`get_member` gives the member with their visits; who is unknown is unknown_member.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        came = await come_in(gym, wire)
        card = await wire.do("get_member", {"member_id": came["member"]["id"]})
        expect(card["member"]["id"] == came["member"]["id"] and card["visits"][0] == came, card)
        expect(card["totals"]["visits"] == 1 and card["totals"]["last"] == came["check_in_time"], card)
        await wire.refused("get_member", {"member_id": "nobody"}, "unknown_member")


@sentence("`list_present` gives who is in, newest first, page by page.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        came = [await come_in(gym, wire) for _ in range(3)]
        page = await wire.do("list_present", {"limit": 1})
        expect(len(page["present"]) == 1 and page["cursor"] and page["as_of_seq"] >= came[-1]["seq"], page)
        present = await pages(wire, "list_present", "present", {"limit": 50})
        times = [visit["check_in_time"] for visit in present]
        expect(times == sorted(times, reverse=True), times)
        expect([visit for visit in present if visit in came] == came[::-1], present)


@sentence("`list_check_ins` gives visits of a time, a member, a status, a place, a text, newest first.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        who: Json = {"member_id": member["id"]}
        old = await wire.do("check_in", who | {"offline": True, "occurred_at": ago(hours=5), "location": "Old door"})
        old = await wire.do("check_out", {"check_in_id": old["id"], "offline": True, "occurred_at": ago(hours=4)})
        new = await wire.do("check_in", who | {"location": "New door"})
        for wanted, visits in (
            ({}, [new, old]),
            ({"status": "checked_in"}, [new]),
            ({"status": "checked_out"}, [old]),
            ({"location": "Old door"}, [old]),
            ({"from": ago(hours=1)}, [new]),
            ({"from": ago(hours=6), "to": ago(hours=1)}, [old]),
            ({"text": member["membership_number"]}, [new, old]),
            ({"text": "qqzzxxqq"}, []),
            ({"at": ago(minutes=270)}, [old]),
            ({"at": ago(hours=2)}, []),
            ({"by": old["by"]}, [new, old]),
            ({"by": "qqzzxxqq"}, []),
        ):
            found = await pages(wire, "list_check_ins", "check_ins", who | {"limit": 1} | wanted)
            expect(found[: len(visits)] == visits, (wanted, found))


@sentence("`list_refusals` gives what the rules have refused, of a time, a member, newest first.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        came = await come_in(gym, wire)
        who: Json = {"member_id": came["member"]["id"]}
        for _ in range(2):
            await wire.refused("check_in", who, "already_checked_in")
        found = await pages(wire, "list_refusals", "refusals", who | {"limit": 1, "from": came["check_in_time"]})
        expect(len(found) == 2 and found[0]["seq"] > found[1]["seq"] > came["seq"], found)
        expect(all(refusal["member"] == came["member"] for refusal in found), found)
        before = await wire.do("list_refusals", who | {"to": came["check_in_time"]})
        expect(before["refusals"] == [], before)


@sentence("`list_conflicts` gives what desks did alone and did not fit, newest first, and nothing that has fitted.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        twice, once = await gym.member(wire), await gym.member(wire)
        began = (await wire.do("check_in", {"member_id": twice["id"]}))["check_in_time"]
        for member, minutes in ((twice, 8), (once, 7), (twice, 6)):
            happened: Json = {"member_id": member["id"], "occurred_at": ago(minutes=minutes), "offline": True}
            await wire.do("check_in", happened)
        page = await wire.do("list_conflicts", {"since": began, "limit": 500})
        notes = [note for note in page["conflicts"] if note["member"]]
        expect(once["id"] not in [note["member"]["id"] for note in notes], page)
        ours = [note for note in notes if note["member"]["id"] == twice["id"]]
        expect(len(ours) == 2 and ours[0]["at"] > ours[1]["at"], page)
        expect(all(note["sentence"] and note["recorded_at"] >= began for note in ours), ours)
        newest = await wire.do("list_conflicts", {"since": began, "limit": 1})
        expect(len(newest["conflicts"]) == 1 and newest["more"] is True, newest)
        none = await wire.do("list_conflicts", {"since": "2999-01-01T00:00:00Z"})
        expect(none == {"conflicts": [], "more": False}, none)


@sentence("A `cursor` that no page ended with is invalid, and not the first page again.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        for type in ("list_present", "list_check_ins", "list_refusals"):
            for cursor in ("", "1", "nonsense", "/", "9/", "a/b", "9" * 40 + "/x"):
                await wire.refused(type, {"cursor": cursor}, "invalid")


@sentence("`sync_members` gives the directory in the order of seq, page by page, and what has changed since.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        member = await gym.member(wire)
        after, seen, page = 0, dict[str, Json](), dict[str, Any](more=True)
        while page["more"]:
            page = await wire.do("sync_members", {"after_seq": after, "limit": 500})
            seqs = [one["seq"] for one in page["members"]]
            expect(seqs == sorted(set(seqs)) and all(seq > after for seq in seqs), page)
            expect(page["next_after_seq"] == (seqs[-1] if seqs else after), page)
            after = page["next_after_seq"]
            seen |= {one["id"]: one for one in page["members"]}
        expect(member["id"] in seen and page["as_of_seq"] >= after, page)


@sentence("A deleted member is found no more, and `sync_members` says so.")
async def _(gym: Gym) -> None:
    async with gym.wire("manager") as wire:
        member = await gym.member(wire)
        gone = (await wire.do("save_member", {"member": {"id": member["id"], "deleted": True}}))["member"]
        page = await wire.do("sync_members", {"after_seq": gone["seq"] - 1, "limit": 1})
        expect(page["members"][0]["id"] == member["id"] and page["members"][0]["deleted"] is True, page)
        found = (await wire.do("search_members", {"text": member["membership_number"]}))["members"]
        expect(found == [], found)
        await wire.refused("check_in", {"member_id": member["id"]}, "unknown_member")


@sentence("`get_peak` gives seven rows of 24 hours, this week beside the last, and how many are expected.")
async def _(gym: Gym) -> None:
    async with gym.wire() as wire:
        before = await wire.do("get_peak", {"weeks": 2})
        await come_in(gym, wire)
        after = await wire.do("get_peak", {"weeks": 2})
        expect([len(row) for row in after["heat"]] == [24] * 7 and after["weeks"] == 2, after)
        expect(len(after["this_week"]) == len(after["last_week"]) == 7, after)
        expect(
            sum(after["this_week"]) + sum(after["last_week"]) > sum(before["this_week"] + before["last_week"]), after
        )
        await wire.refused("get_peak", {"weeks": 0}, "invalid")
