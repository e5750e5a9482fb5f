"""Who may ask for what: every message there is, in every role."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from gymtui.protocol import REQUESTS, Role
from server.app import Server
from server.store.opening import open_store
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.sqlite_kit import connection_of

USERS: Final[dict[Role, str]] = {"operator": "otto", "staff": "ana", "manager": "mia"}
ALL: Final = ("operator", "staff", "manager")

# Every message that a client may send, with who may send it. A message that is not here is not allowed to be.
TABLE: Final[dict[str, tuple[tuple[Role, ...], dict[str, Any]]]] = {
    "authenticate": (ALL, {"token": "nonsense"}),
    "ping": (ALL, {}),
    "heartbeat": (ALL, {}),
    "resume": (ALL, {"epoch": "another", "seq": 0}),
    "search_members": (ALL, {"text": "name"}),
    "get_member": (ALL, {"member_id": "nobody"}),
    "get_peak": (ALL, {}),
    "list_present": (ALL, {}),
    "list_check_ins": (ALL, {}),
    "list_refusals": (ALL, {}),
    "list_conflicts": (ALL, {}),
    "sync_members": (ALL, {}),
    "list_connections": (("operator", "manager"), {}),
    "server_stats": (("operator", "manager"), {}),
    "close_connection": (("manager",), {"session_id": "none", "reason": "none"}),
    "check_in": (("staff", "manager"), {"code": "1"}),
    "check_out": (("staff", "manager"), {"code": "2"}),
    "undo": (("staff", "manager"), {"command_id": "none"}),
    "save_member": (("staff", "manager"), {"member": {"full_name": "A Guest", "guest": True}}),
    "save_card": (("staff", "manager"), {"member_id": "nobody", "code": "77"}),
    "correct": (("manager",), {"check_in_id": "none", "reason": "none"}),
    "notify": (("manager",), {"level": "info", "title": "t", "message": "m"}),
    "configure": (("manager",), {"gym": {"capacity": 80}}),
    "import_rows": (("manager",), {"rows": [{"line": 2, "member": {"full_name": "Zoë"}}], "begins": True}),
    "import_compare": (("manager",), {"source": "clients"}),
    "import_take": (("manager",), {}),
    "import_undo": (("manager",), {"number": 1}),
    "import_end": (("manager",), {}),
    "hand_over": (("staff", "manager"), {"note": "all is well"}),
    "roll_call": (("staff", "manager"), {"roll_call_id": "r", "step": "start", "drill": True}),
    "share_reader": (("staff", "manager"), {"reader": {"name": "Front", "prefix": "M#"}}),
}


def journal(path: Path) -> list[Any]:
    with closing(open_store(path)) as store:
        return list(connection_of(store).execute("SELECT seq, kind, user FROM journal ORDER BY seq"))


def test_every_message_has_its_rule_and_every_role_its_user() -> None:
    assert set(TABLE) == set(REQUESTS)
    assert set(USERS) == set(get_args(Role))
    assert {type: request.roles for type, request in REQUESTS.items()} == {
        type: frozenset(roles) for type, (roles, _) in TABLE.items()
    }


@pytest.mark.parametrize("role", get_args(Role))
async def test_a_role_may_do_what_the_table_says(gym: Path, role: Role) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, USERS[role])) as wire:
        await wire.until("connection_status")
        for type, (roles, payload) in TABLE.items():
            before = journal(gym)
            code, errors = await asked(wire, type, payload)
            await done_with_all(server)
            if role in roles:
                assert (code != "not_allowed", errors) == (True, []), type
            else:
                assert (code, errors, journal(gym)) == ("not_allowed", ["not_allowed"], before), type


async def asked(wire: Wire, type: str, payload: object) -> tuple[str | None, list[str]]:
    """Asks with an id and without: the error code of the answer, and the `not_allowed` among the errors after it."""
    await wire.send(type, payload, "x")
    while (answer := await wire.next()).get("id") != "x" and answer["type"] != "heartbeat_ack":
        pass
    start = len(wire.received)
    await wire.send(type, payload)
    await wire.send("ping", {}, "end")
    await wire.until("pong", id="end")
    told = [m["payload"]["code"] for m in wire.received[start:] if m["type"] == "error"]
    return answer["payload"].get("error", {}).get("code"), [code for code in told if code == "not_allowed"]


async def done_with_all(server: Server) -> None:
    """What was asked without an id has no answer to wait for, and may be on its way to the disk."""
    for session in server._sessions:
        assert session.handler is not None
        await session.handler.in_flight.settled()


async def test_whoever_may_not_is_told_so(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as wire:
        assert await wire.ask("check_in", {"code": "1"}) == {
            "ok": False,
            "error": {
                "code": "not_allowed",
                "message": "Operators may look on, not check members in.",
                "retryable": False,
            },
        }


async def test_staff_add_guests_and_change_nobody(gym: Path) -> None:
    members: list[dict[str, Any]] = [
        {"full_name": "No Guest"},
        {"full_name": "No Guest", "guest": False},
        {"id": "nobody", "guest": True},
        {"id": "nobody", "visits_left": 10},
    ]
    before = journal(gym)
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        for member in members:
            error = (await wire.ask("save_member", {"member": member}))["error"]
            assert (error["code"], error["retryable"]) == ("not_allowed", False), member
            assert error["message"].startswith("Only a manager may change members")
    assert journal(gym) == before


async def test_an_override_is_the_manager_s_own(gym: Path) -> None:
    """An operator may not come near it, whoever's PIN it is."""
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as wire:
        override = {"reason": "r", "manager": "mia", "pin": "1"}
        error = (await wire.ask("check_in", {"code": "1", "override": override}))["error"]
        assert error["message"] == "Operators may look on, not check members in."
