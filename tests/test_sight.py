"""Who is told which fields of a member: on the wire, by the role and by the gym's policy."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gymtui.codec import encode
from gymtui.protocol import ErrorBody, Gym, Member, Policy, Role, Saved, SaveMember
from gymtui.search.index import word_conditions
from gymtui.search.text import finds
from gymtui.sight import PRIVATE, hidden_from, seen
from server.gym.sight import Sight, Sights
from server.net.window import windows
from server.store import Row
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym, name_gym, stored, token
from tests.kit import Wire, serving

PRIVATE_OF_ANA: dict[str, object] = {
    "phone": "+41 79 111 00 05",
    "email": "ana@gym.test",
    "birth_date": "1990-05-01",
    "home_location": "Riverside",
    "notes": "heart condition",
}
ANA = Member(id="m1", full_name="Ana Silva", alerts=("has a key",), seq=5, **PRIVATE_OF_ANA)  # type: ignore[arg-type]


def gym(**policy: Any) -> Gym:
    return Gym(name="Gym", timezone="UTC", capacity=None, policy=Policy(**policy), seq=1)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A gym with Ana, of whom everything is known, and Ben, whose number looks like the end of her phone."""
    path = tmp_path / "gym.db"
    make_gym(path, member_row("4711", "Ana Silva", **PRIVATE_OF_ANA), member_row("0791", "Ben Ode"))
    return path


# --- which fields ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "policy", "sees"),
    [
        ("manager", Policy(staff_sees="nothing"), PRIVATE),
        ("staff", Policy(), {"phone"}),
        ("staff", Policy(staff_sees="phone, birth_date"), {"phone", "birth_date"}),
        ("staff", Policy(staff_sees="phone,birth_date"), {"phone", "birth_date"}),
        ("staff", Policy(staff_sees="everything"), PRIVATE),
        ("staff", Policy(staff_sees="nothing"), set()),
        ("operator", Policy(), set()),
        ("operator", Policy(staff_sees="everything"), set()),
        ("operator", Policy(operator_sees="email"), {"email"}),
        (None, Policy(staff_sees="everything", operator_sees="everything"), set()),
    ],
)
def test_a_role_sees_what_the_policy_says(role: Role | None, policy: Policy, sees: set[str]) -> None:
    assert PRIVATE - hidden_from(role, policy) == sees


def test_what_a_desk_needs_is_always_there() -> None:
    told = seen(ANA, PRIVATE)
    assert (told.full_name, told.alerts, told.seq) == (ANA.full_name, ANA.alerts, ANA.seq)
    assert [getattr(told, name) for name in PRIVATE] == [None] * len(PRIVATE)


def test_of_who_is_deleted_there_is_a_name_and_nothing_else() -> None:
    gone = Member(id="m1", full_name="Ana", membership_number="1", deleted=True, plan="Gold", alerts=("a",), seq=9)
    assert seen(gone, frozenset()) == Member(
        id="m1", full_name="Ana", membership_number="1", status="inactive", deleted=True, seq=9
    )


# --- once for all who see the same ------------------------------------------------------------------------------------


def frames(member: Member, **policy: Any) -> int:
    """How many frames are made of one window for everybody in a gym."""
    sights, stats = Sights(gym(**policy)), None
    [window] = windows([Row(member.seq, Member.type, encode(member))], member.seq - 1, stats)  # type: ignore[arg-type]
    roles: tuple[Role, ...] = ("manager", "staff", "operator")
    return len({id(window.framed(sights.of(role))) for role in (*roles, *roles)})


def test_a_window_is_framed_once_for_each_who_see_it_differently() -> None:
    assert frames(ANA) == 3
    assert frames(ANA, operator_sees="phone") == 2
    assert frames(ANA, staff_sees="everything", operator_sees="everything") == 1
    assert frames(Member(id="m2", full_name='"phone":null', phone="1", seq=5), operator_sees="phone") == 1
    assert frames(Member(id="m2", full_name='Ben "phone":null', seq=5)) == 1


def test_a_text_that_looks_like_an_empty_field_hides_none() -> None:
    told = Sight("operator", gym()).member(encode(Member(id="m", full_name='"phone":null', phone="079", seq=1)))
    assert b"079" not in told


# --- over the wire ----------------------------------------------------------------------------------------------------


def of_ana(members: list[dict[str, Any]]) -> dict[str, Any]:
    [ana] = [member for member in members if member["full_name"] == "Ana Silva"]
    return {name: ana[name] for name in PRIVATE_OF_ANA}


async def asked(wire: Wire, id: str) -> list[dict[str, Any]]:
    """What each query that answers with members says of Ana."""
    found = (await wire.ask("search_members", {"text": "ana"}))["result"]["members"]
    near = (await wire.ask("search_members", {"text": "anna silva"}))["result"]["near"]
    card = (await wire.ask("get_member", {"member_id": id}))["result"]["member"]
    page = (await wire.ask("sync_members", {"after_seq": 0}))["result"]["members"]
    return [of_ana(found), of_ana(near), of_ana([card]), of_ana(page)]


@pytest.mark.parametrize(("user", "sees"), [("mia", PRIVATE), ("ana", {"phone"}), ("otto", set[str]())])
async def test_answers_and_events_have_what_the_role_sees(database: Path, user: str, sees: set[str]) -> None:
    with closing(open_store(database)) as store:
        ana = stored(store, "4711")
    told = {name: value if name in sees else None for name, value in PRIVATE_OF_ANA.items()}
    async with (
        serving(database) as server,
        Wire.open(server.url, token(database, user)) as wire,
        Wire.open(server.url, token(database, "mia")) as mia,
    ):
        assert await asked(wire, ana.id) == [told] * 4
        await wire.ask("resume", {"epoch": server.hub.epoch, "seq": 0})  # from the journal
        head = server.hub.head
        await wire.covers(head)
        saved = await mia.ask("save_member", {"member": {"id": ana.id, "plan": "Gold"}})  # and live
        assert of_ana([saved["result"]["member"]]) == PRIVATE_OF_ANA
        await wire.covers(head + 1)
        events = [event for event in wire.events if event.get("full_name") == "Ana Silva"]
        assert [of_ana([event]) for event in events] == [told] * 2
        assert [event["plan"] for event in events] == [None, "Gold"]


async def test_a_policy_counts_from_its_row_on(database: Path) -> None:
    async with (
        serving(database) as server,
        Wire.open(server.url, token(database, "ana")) as ana,
        Wire.open(server.url, token(database, "mia")) as mia,
    ):
        for sight, sees in (("birth_date, notes", {"birth_date", "notes"}), (None, {"phone"})):
            head = server.hub.head
            await mia.ask("configure", {"gym": {"policy": {"staff_sees": sight}}}, f"g{head}")
            await ana.covers(head + 1)
            page = (await ana.ask("sync_members", {"after_seq": 0}))["result"]["members"]
            assert {name for name, value in of_ana(page).items() if value is not None} == sees


async def test_what_staff_save_blanks_nothing_and_shows_nothing(database: Path) -> None:
    guest = {"full_name": "Gil", "guest": True, "notes": "asthma", "email": "gil@gym.test"}
    async with (
        serving(database) as server,
        Wire.open(server.url, token(database, "ana")) as ana,
        Wire.open(server.url, token(database, "mia")) as mia,
    ):
        member = (await mia.ask("save_member", {"member": guest}))["result"]["member"]
        changed = {"id": member["id"], "valid_until": "2026-12-31"}
        saved = {"member": changed, "seen": member["seq"], "before": {"valid_until": None}}
        reply = await ana.ask("save_member", saved, "s2")
        assert reply["ok"], reply
        assert (reply["result"]["member"]["notes"], reply["result"]["member"]["email"]) == (None, None)
        kept = (await mia.ask("get_member", {"member_id": member["id"]}))["result"]["member"]
        assert {name: kept[name] for name in guest} == guest
        assert kept["valid_until"] == "2026-12-31"


def test_who_was_faster_is_told_without_what_is_hidden() -> None:
    changed = [{"field": name, "value": "x", "by": "mia", "at": None} for name in ("phone", "notes", "plan")]
    error = ErrorBody(code="changed_meanwhile", message="m", retryable=False, details={"changed": changed})
    told = Sight("staff", gym()).error(error)
    assert told.details == {"changed": [changed[0], changed[2]]}
    assert Sight("manager", gym()).error(error) is error


def test_a_command_that_another_sends_again_is_answered_for_that_one() -> None:
    result = encode(Saved(ANA))
    assert b"heart" not in Sight("staff", gym()).result(SaveMember.type, result)
    assert Sight("manager", gym()).result(SaveMember.type, result) is result


# --- and nobody is found by what is hidden ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["+41 79 111 00 05", "4179 111", "110005", "ana 4179"])
async def test_a_phone_that_is_hidden_cannot_be_guessed(database: Path, text: str) -> None:
    async with (
        serving(database) as server,
        Wire.open(server.url, token(database, "otto")) as otto,
        Wire.open(server.url, token(database, "ana")) as ana,
    ):
        await ana.ask("check_in", {"code": "4711"})
        found = (await otto.ask("search_members", {"text": text}))["result"]
        assert "Ana Silva" not in str(found)
        assert (await otto.ask("list_check_ins", {"text": text}))["result"]["check_ins"] == []
        assert "Ana Silva" in str(await ana.ask("search_members", {"text": text}))


async def test_numbers_and_cards_are_found_all_the_same(database: Path) -> None:
    async with serving(database) as server, Wire.open(server.url, token(database, "otto")) as otto:
        for text, name in (("4711", "Ana Silva"), ("47", "Ana Silva"), ("079", "Ben Ode"), ("ben 0791", "Ben Ode")):
            found = (await otto.ask("search_members", {"text": text}))["result"]["members"]
            assert [member["full_name"] for member in found] == [name]


@pytest.mark.parametrize(
    "text",
    ["ana", "silva", "sil an", "ansi", "47", "4711 ana", "079", "+41 79 111 00 05", "0041 79 111", "05", "bo", "x"],
)
def test_one_member_is_found_as_the_index_finds_one(database: Path, text: str) -> None:
    with closing(open_store(database)) as store:
        by_index = set(store.search_members(text, 9))
        by_hand = {encode(member) for member in store.all_members() if finds(text, member)}
    assert list(word_conditions(text))
    assert by_hand == by_index


# --- who is deleted ---------------------------------------------------------------------------------------------------


async def test_nothing_of_who_is_deleted_is_served_to_anybody(database: Path) -> None:
    with closing(open_store(database)) as store:
        ana = stored(store, "4711")
    gone = {"member": {"id": ana.id, "deleted": True}}
    async with serving(database) as server, Wire.open(server.url, token(database, "mia")) as mia:
        head = server.hub.head
        told = [(await mia.ask("save_member", gone, "gone"))["result"]["member"]]
        await mia.covers(head + 1)
        async with Wire.open(server.url, token(database, "mia")) as late:
            await late.ask("resume", {"epoch": server.hub.epoch, "seq": 0})
            await late.covers(head + 1)
        journal = [event for event in late.events if event.get("full_name") == "Ana Silva"]
        assert [event["seq"] for event in journal] == [ana.seq, head + 1]  # as she came, and as she went
        told += [*journal, (await mia.ask("get_member", {"member_id": ana.id}))["result"]["member"]]
        told += (await mia.ask("sync_members", {"after_seq": 0}))["result"]["members"][-1:]
        for member in told:
            assert [member["full_name"], *(member[name] for name in PRIVATE_OF_ANA)] == ["Ana Silva", *[None] * 5]
        back = await mia.ask("save_member", {"member": {"id": ana.id, "deleted": False}}, "back")
        assert of_ana([back["result"]["member"]]) == PRIVATE_OF_ANA


# --- the line of the policy -------------------------------------------------------------------------------------------


def test_a_policy_file_says_it(tmp_path: Path) -> None:
    path = tmp_path / "gym.db"
    make_gym(path)
    name_gym(path, policy=Policy(staff_sees="phone, email"))
    with closing(open_store(path)) as store:
        assert store.gym().policy.staff_sees == "phone, email"
