"""docs/PROTOCOL.md says what is so: its tables are those of the registry, and its conversations are played."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path
from typing import Final, get_args

import msgspec
import pytest
from msgspec import Struct

from gymtui import clock, codec, protocol
from gymtui.client.connection.reconnect import course
from gymtui.protocol import ERROR_CODES, REQUESTS, SERVER_MESSAGES, Close, Policy, Role, limits
from tests.factories import member_row
from tests.gym_kit import make_gym, name_gym, token
from tests.kit import serving
from tests.protocol_play import Play
from tests.shapes import lines_of

PAGE: Final = (Path(__file__).parent.parent / "docs" / "PROTOCOL.md").read_text()
DAY: Final = "2026-11-22"
RESULTS: Final[dict[str, type[Struct]]] = {
    "check_in": protocol.CheckInEvent,
    "check_out": protocol.CheckInEvent,
    "undo": protocol.CheckInEvent,
    "correct": protocol.CheckInEvent,
    "save_member": protocol.Saved,
    "save_card": protocol.Saved,
    "notify": protocol.Notified,
    "configure": protocol.Configured,
    "share_reader": protocol.Configured,
    "import_rows": protocol.ImportStaged,
    "import_compare": protocol.ImportCompared,
    **dict.fromkeys(("import_take", "import_undo", "import_end"), protocol.ImportProgress),
    "hand_over": protocol.Notified,
    "roll_call": protocol.RollCallUpdate,
    "resume": protocol.Resumed,
    "search_members": protocol.Members,
    "get_member": protocol.MemberCard,
    "get_peak": protocol.Peak,
    "list_present": protocol.Present,
    "list_check_ins": protocol.CheckIns,
    "list_refusals": protocol.Refusals,
    "list_conflicts": protocol.Conflicts,
    "sync_members": protocol.MembersPage,
    "list_connections": protocol.Connections,
    "server_stats": protocol.ServerFigures,
    "close_connection": protocol.ClosedConnection,
}
WHOLE: Final = (
    protocol.ServerFigures,
    protocol.CheckInEvent,
    protocol.RollCallUpdate,
    protocol.ImportCompared,
    protocol.ImportProgress,
)
PARTS: Final[list[type[Struct]]] = [
    protocol.MemberRef,
    protocol.Hand,
    protocol.ConflictNote,
    protocol.ConnectedClient,
    protocol.AbsentDesk,
    protocol.CommandCount,
    protocol.MemberTotals,
    protocol.Card,
    protocol.Acknowledged,
    protocol.MemberFields,
    protocol.Override,
    protocol.ClientInfo,
    protocol.UnknownCard,
    protocol.GymFields,
    protocol.Reader,
    protocol.ImportRow,
    protocol.ListedMember,
    protocol.ImportQuestion,
    protocol.ImportNote,
    protocol.ImportCleared,
    protocol.ImportCompared,
    protocol.AtTheDoor,
    protocol.ImportProgress,
]
LIBRARY: Final = {1002, 1003, 1006, 1007, 1009, 1011, 1012, 1013}  # close codes that the protocol itself has


def section(heading: str) -> str:
    """The text under a heading, up to the next one of its height or higher."""
    marks = heading.partition(" ")[0]
    found = re.search(rf"^{re.escape(heading)}$\n(.*?)(?=^#{{1,{len(marks)}}} |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no heading {heading!r}"
    return found[1]


def table(text: str) -> list[list[str]]:
    """The rows of the first table, without its heading."""
    found = re.search(r"^\|.*\n\|[-| :]+\n((?:\|.*\n)*)", text, re.MULTILINE)
    rows = found[1].splitlines() if found else []
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def plain(cell: str) -> str:
    return cell.replace("`", "")


# --- the tables ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [*PARTS, *REQUESTS.values(), *SERVER_MESSAGES.values()], ids=lambda kind: kind.__name__
)
def test_every_field_of_every_message_has_its_line(kind: type[Struct]) -> None:
    name = getattr(kind, "type", None)
    titles = [line for line in PAGE.splitlines() if line.startswith("### ") and f"`{name or kind.__name__}`" in line]
    assert len(titles) == 1, f"the page has no one heading for {name or kind.__name__}"
    said = [(plain(row[0]), plain(row[1])) for row in table(section(titles[0]))]
    assert said == lines_of(kind)


def test_every_request_has_its_line_with_roles_and_result() -> None:
    roles = get_args(Role)
    said = {plain(row[0]): row[1:] for row in table(section("## What a client sends"))}
    assert sorted(said) == sorted(REQUESTS)
    for name, request in REQUESTS.items():
        *may, result = said[name]
        assert may == ["yes" if role in request.roles else "–" for role in roles], name
        if name in RESULTS:
            kind = RESULTS[name]
            fields = ", ".join(f'"{field}": {shape}' for field, shape in lines_of(kind))
            whole = kind.__name__ if kind in WHOLE else "{" + fields + "}"
            assert plain(result) == whole, name


def test_every_message_of_the_server_has_its_line() -> None:
    said = [plain(row[0]) for row in table(section("## What the server sends"))]
    assert sorted(said) == sorted(SERVER_MESSAGES)


def test_every_error_code_has_its_line() -> None:
    rows = table(section("## Errors"))
    assert sorted(plain(row[0]) for row in rows) == sorted(ERROR_CODES)
    assert all(len(row) == 4 and all(row) for row in rows)


def test_every_rule_of_the_policy_has_its_line() -> None:
    rows = table(section("## The rules"))
    assert [(plain(row[0]), row[1]) for row in rows] == [
        (f.name, f.default if isinstance(f.default, str) else "none") for f in msgspec.structs.fields(Policy)
    ]


def test_every_close_code_has_its_line_and_what_the_client_does() -> None:
    words = {"back off": "back_off", "renew": "renew", "log in": "log_in", "come back": "come_back", "stop": "stop"}
    said = {int(row[0]): row[2] for row in table(section("## Close codes"))}
    assert set(said) == {*LIBRARY, *Close}
    for code, reaction in said.items():
        [word] = [word for word in words if reaction.startswith(word)]
        assert words[word] == course(code), code


def test_every_limit_has_its_line() -> None:
    said = {plain(row[0]): int(re.sub(r"\D", "", row[1])) for row in table(section("## Limits"))}
    numbers = {
        name: value
        for name, value in vars(limits).items()
        if isinstance(value, int | float) and name not in ("VERSION", "DEFAULT_PORT")
    }
    assert said == numbers


# --- the examples ----------------------------------------------------------------------------------------------------

ARROW: Final = re.compile(r"^(\d\d:\d\d:\d\d|) *([→←]) (.*)$")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def lines(conversation: str) -> Iterator[tuple[str, str, str]]:
    """Time of day, arrow and text of each line; a line without an arrow goes on with the one before."""
    found: list[list[str]] = []
    for line in conversation.splitlines():
        if (arrow := ARROW.match(line)) is not None:
            found.append([arrow[1], arrow[2], arrow[3]])
        else:
            found[-1][2] += line.strip()
    yield from ((time, arrow, text) for time, arrow, text in found)


CONVERSATIONS: Final = [list(lines(block)) for block in blocks("text") if "→" in block]
SENT: Final = [text for talk in CONVERSATIONS for _, arrow, text in talk if arrow == "→" and text.startswith("{")]
RECEIVED: Final = [text for talk in CONVERSATIONS for _, arrow, text in talk if arrow == "←" and text.startswith("{")]
TOLD_OFF: Final = [  # what the page shows to be no good
    before[2]
    for talk in CONVERSATIONS
    for before, after in pairwise(talk)
    if '"code":"invalid"' in after[2] or '"code":"unknown_type"' in after[2]
]


@pytest.mark.parametrize("text", [*blocks("json"), *SENT, *RECEIVED], ids=lambda text: text[:40])
def test_every_example_can_be_read(text: str) -> None:
    message = json.loads(text)
    if text in TOLD_OFF:
        with pytest.raises(codec.Unreadable):
            codec.read_requests(text)
    elif message["type"] in REQUESTS or "batches" in message:
        for asked in codec.read_requests(text):
            assert isinstance(asked, codec.Asked)
            assert asked.id == message.get("id")
    else:
        frame = codec.read_frame(text)
        assert frame.failures == ()
        assert frame.seq == message.get("seq")


def test_every_message_has_an_example() -> None:
    shown = {json.loads(text)["type"] for text in [*blocks("json"), *SENT, *RECEIVED]}
    inside = {name for text in RECEIVED for name in json.loads(text)["payload"].get("batches", ())}
    assert {*REQUESTS, *SERVER_MESSAGES} <= shown | inside


async def test_the_conversations_are_played(tmp_path: Path) -> None:
    path = tmp_path / "gym.db"
    at = clock.to_ms(f"{DAY}T09:00:00Z")
    time = [at]
    make_gym(path, member_row("4711", "Ana Silva"), member_row("4712", "Ben Ode", valid_until="2026-11-03"))
    name_gym(path, name="Riverside", timezone="Europe/Zurich", capacity=120)
    tokens = {
        "MANAGERS_TOKEN": token(path, "mia", ttl=300, now=at),
        "NEWER_TOKEN": token(path, "ana", ttl=300, now=clock.to_ms(f"{DAY}T09:04:00Z")),
        "TOKEN": token(path, "ana", ttl=300, now=at),
    }
    bound: dict[str, str] = {}
    async with serving(path, now=lambda: time[0]) as server, asyncio.timeout(20):
        for talk in CONVERSATIONS:
            play = Play(server.url, tokens, bound)
            async with AsyncExitStack() as stack:
                for at_day, arrow, text in talk:
                    if at_day:
                        time[0] = clock.to_ms(f"{DAY}T{at_day}Z")
                    if text.startswith("GET "):
                        await play.connect(stack, text.removeprefix("GET "))
                    elif arrow == "→":
                        await play.send(text)
                    else:
                        await play.receive(text)
                play.nothing_is_left()
