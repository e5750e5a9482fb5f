"""What is done to members at a desk: shown here at once, sent in order, landed once, or said why not."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from gymtui.client.desk.changes import described
from gymtui.protocol import Card, CheckIn, Member, MemberFields, SaveCard, Saved, SaveMember
from gymtui.saving import edited
from tests.desk_kit import ANA, CAL, TIME, Gym, done, gym, sent_ids
from tests.waiting import until

__all__ = ["gym"]


def found(gym: Gym, text: str) -> list[tuple[str, bool]]:
    return [(hit.member.full_name, hit.queued) for hit in gym.desk.find(text)]


async def test_a_guest_is_found_and_comes_in_before_the_server_knows_of_one(gym: Gym) -> None:
    guest, verdict = gym.desk.membership.guest("Gus Roth", host=ANA, waiver=True)
    assert verdict.words == "… Gus Roth queued, not sent yet: guest for today"
    assert found(gym, "gus r") == [("Gus Roth", True)]
    assert (guest.host_id, guest.valid_from, guest.valid_until) == ("m1", "2026-11-18", "2026-11-18")
    assert gym.desk.check_in(guest).kind == "queued"
    async with gym.open() as connection:
        request, id = await connection.received(SaveMember)
        assert (request.seen, request.offline, request.queued_by) == (0, True, None)
        assert sent_ids(connection, "check_in") == []  # the server has to know of one first
        connection.reply(id, Saved(member=replace(guest, seq=7)))
        assert (await connection.received(CheckIn))[0].member_id == guest.id
    assert found(gym, "gus r") == [("Gus Roth", False)]
    assert "✓ Gus Roth guest for today" in gym.said


async def test_who_is_not_taken_does_not_come_in_either(gym: Gym) -> None:
    async with gym.open() as connection:
        guest, _ = gym.desk.membership.guest("Gus Roth", host=None, waiver=True)
        gym.desk.check_in(guest)
        assert gym.desk.in_since(guest.id) is not None
        _, id = await connection.received(SaveMember)
        connection.refuse(id, "guest_limit", "2 guests have come today: please ask a manager.")
        await until(lambda: gym.desk.queued == 0)
        assert sent_ids(connection, "check_in") == []
    assert gym.said[-1] == "✗ Gus Roth not saved: 2 guests have come today — F8 override (manager)"
    assert (found(gym, "gus"), gym.desk.in_since(guest.id), gym.desk.undo()) == ([], None, None)


def test_what_waits_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Gym(tmp_path / "desk.db")
    new, _ = first.desk.membership.sign_up(full_name="Nia Moor", phone="079 123 45 67", membership_number="900")
    first.desk.membership.change(ANA, phone="2")
    first.replica.close()
    again = Gym(tmp_path / "desk.db", ids="other")
    assert found(again, "nia") == found(again, "0791234567") == [("Nia Moor", True)]
    assert again.replica.members.by_code("900") == replace(new, seq=0)
    assert again.desk.find("ana")[0].member.phone == "2"
    again.replica.close()


async def test_a_change_is_seen_at_once_and_gone_where_somebody_else_was_faster(gym: Gym) -> None:
    gym.server.role = "manager"
    async with gym.open() as connection:
        gym.desk.membership.change(ANA, phone="3")
        assert gym.desk.find("ana")[0].member.phone == "3"
        request, id = await connection.received(SaveMember)
        assert request == replace(edited(ANA, phone="3"), queued_by="sam")
        changed = [
            {"field": "phone", "value": "2", "by": "mia", "at": TIME},
            {"field": "valid_until", "value": "2027-11-27", "by": "mia"},
        ]
        connection.refuse(id, "changed_meanwhile", details={"changed": changed})
        await until(lambda: gym.verdicts and gym.verdicts[-1].kind == "refused")
        said = "phone is 2 now (mia, 17:24), valid until is 27 Nov 2027 now (mia)"
        assert gym.said[-1] == f"✗ Ana Silva not saved: {said} — look at it, and change it again"
        assert gym.desk.find("ana")[0].member.phone is None


async def test_what_cannot_be_is_said_at_once_and_kept_only_where_nobody_is_there_to_hear_it(gym: Gym) -> None:
    sentence = "The number 1 belongs to Ana Silva: please choose another."
    gym.desk.membership.sign_up(full_name="Nia Moor", membership_number="1")  # while the server is away
    async with gym.open() as connection:
        _, id = await connection.received(SaveMember)
        connection.refuse(id, "invalid", sentence)
        await until(lambda: len(gym.desk.set_aside) == 1)
        gym.desk.membership.sign_up(full_name="Neo Moor", membership_number="1")
        _, id = await connection.received(SaveMember)
        connection.refuse(id, "invalid", sentence)
        await until(lambda: gym.desk.queued == 0)
    assert gym.said[-1] == "✗ Neo Moor not saved: The number 1 belongs to Ana Silva: please choose another"
    assert [row.reason for row in gym.desk.set_aside] == [sentence]
    assert found(gym, "moor") == []


async def test_what_is_changed_on_top_of_a_change_knows_that_one(gym: Gym) -> None:
    gym.desk.membership.change(ANA, phone="2")
    seen = gym.desk.find("ana")[0].member
    gym.desk.membership.change(seen, phone="3", notes="x")
    assert gym.desk.find("ana")[0].member == replace(ANA, phone="3", notes="x")
    async with gym.open() as connection:
        _, first = await connection.received(SaveMember)
        assert sent_ids(connection, "save_member") == [first]
        connection.reply(first, Saved(member=replace(ANA, phone="2", seq=8)))
        request, _ = await connection.received(SaveMember)
        assert request.before == MemberFields(phone="2", notes=None)


def test_visits_that_wait_are_on_the_card(gym: Gym) -> None:
    gym.replica.members.table.fold([replace(CAL, visits_left=1, seq=9)])
    for _ in range(2):
        gym.desk.membership.change(gym.desk.find("cal")[0].member, visits=5)
    assert gym.desk.find("cal")[0].member.visits_left == 11
    assert [row.kind for row in gym.desk.queue] == ["save_member", "save_member"]


async def test_a_card_that_was_given_alone_lets_in_at_once_and_lands_once(gym: Gym) -> None:
    verdict = gym.desk.membership.give_card(ANA, SaveCard(member_id="m1", code="B-77"))
    gym.desk.membership.change(CAL, phone="5")
    assert verdict.words == "… Ana Silva queued, not sent yet: card B-77 is in use"
    assert gym.replica.members.by_code("B-77") == gym.desk.find("B-77")[0].member
    assert gym.desk.check_in("B-77").subject == "Ana Silva"
    gym.desk.membership.give_card(ANA, SaveCard(member_id="m1", code="B-77", state="returned"))
    assert gym.replica.members.by_code("B-77") is None
    async with gym.open() as connection:
        request, id = await connection.received(SaveCard)
        assert request == SaveCard(member_id="m1", code="B-77", offline=True)
        card = Card(code="B-77", since=TIME)
        connection.reply(id, Saved(member=replace(ANA, cards=(Card(code="1"), card), seq=8)))
        assert (await connection.received(CheckIn))[0].card == "B-77"


def test_what_was_changed_beside_a_new_card_counts_once(gym: Gym) -> None:
    gym.replica.members.table.fold([replace(CAL, visits_left=1, seq=9)])
    cal = gym.desk.find("cal")[0].member
    gym.desk.membership.give_card(cal, SaveCard(member_id=cal.id, code="B-77"))
    gym.desk.membership.change(cal, visits=5)
    owner = gym.replica.members.owner("B-77")
    assert owner is not None
    assert (owner.member.visits_left, owner.card.code) == (6, "B-77")


async def test_a_change_is_no_visit(gym: Gym) -> None:
    """Whoever is changed while in stays in."""
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, id or ""))
        await until(lambda: len(gym.verdicts) == 1)
        since = gym.desk.in_since("m1")
        gym.desk.membership.change(ANA, phone="2")
        assert gym.desk.in_since("m1") == since is not None
        assert gym.desk.undo() is not None  # the check-in: a change is not taken back by it


def test_changes_in_words() -> None:
    member = Member(id="m", full_name="Ana", visits_left=1, alerts=("knee",))
    for request, words in (
        (edited(member, valid_until="2026-12-26"), "valid until 26 Dec 2026"),
        (edited(member, status="frozen", frozen_until="2026-12-03"), "frozen until 3 Dec 2026"),
        (edited(member, status="frozen", frozen_until=None), "frozen"),
        (edited(member, visits=5), "5 visits added"),
        (edited(member, visits=-2), "2 visits taken off"),
        (edited(member, acknowledged=("knee",)), "alert dealt with"),
        (edited(member, phone="1", birth_date=None), "phone, birth date changed"),
        (edited(member), "nothing changed"),
    ):
        assert described(request) == words
