"""`gymtui doctor`: each kind of trouble on the way to the server is told, with what to do; and the command itself."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gymtui import doctor
from gymtui.doctor import way
from server.net.entrance import entrance
from tests.doctor_kit import nobodys_port, told, way_to
from tests.gym_kit import token
from tests.http_token_kit import writes
from tests.kit import serving
from tests.till import NINE
from tests.tls_kit import Authority, authority

__all__ = ["authority"]  # a fixture


async def test_a_way_that_goes_is_ok_and_the_token_is_tried(gym: Path) -> None:
    async with serving(gym) as server:
        found = await way_to(server.url)
        assert {about: mark for about, (mark, _) in found.items()} == dict.fromkeys(found, "ok")
        assert found.keys() == {"tls", "name", "port", "server", "clock", "token"}
        mark, sentence = (await way_to(server.url, token=token(gym, "ana")))["token"]
        assert (mark, sentence.startswith("The server takes it: ana, staff, until ")) == ("ok", True)
        assert (await way_to(server.url, token="made up"))["token"][0] == "bad"


def test_a_name_that_is_nobodys_is_bad() -> None:
    found = told(way.look(way.Asked(url="wss://no.such.host.invalid/ws/checkins/")))
    assert found["name"] == (
        "bad",
        "no.such.host.invalid is not known here: please check the address and the network.",
    )
    assert "port" not in found


def test_a_port_that_nobody_has_is_bad() -> None:
    found = told(way.look(way.Asked(url=f"ws://127.0.0.1:{(port := nobodys_port())}/ws/checkins/")))
    assert found["port"] == ("bad", f"Nobody answers at 127.0.0.1:{port}: is the server running?")


def test_a_way_that_anybody_reads_is_bad_and_allowed_it_is_told(tmp_path: Path) -> None:
    far = way.Asked(url="ws://no.such.host.invalid/")
    assert told(way.look(far))["tls"][0] == "bad"
    allowed = told(way.look(way.Asked(url=far.url, allow_cleartext=True)))
    assert (allowed["tls"][0], allowed["name"][0]) == ("look", "bad")
    missing = told(way.look(way.Asked(url="wss://127.0.0.1/", ca=str(tmp_path / "none.pem"))))
    assert (missing["tls"][0], "please name the authority's PEM file" in missing["tls"][1]) == ("bad", True)


@pytest.mark.parametrize(
    ("days", "is_trusted", "seen"),
    [
        (90, True, ("ok", "ends in")),
        (5, True, ("look", "please have it renewed")),
        (-1, True, ("bad", "has expired: please have it renewed")),
        (90, False, ("bad", "please name its authority with --ca FILE")),
    ],
)
async def test_a_certificate_is_looked_at(
    days: int, is_trusted: bool, seen: tuple[str, str], gym: Path, authority: Authority
) -> None:
    chain, key = authority.issue(not_after=datetime.now(UTC) + timedelta(days=days))
    async with serving(gym, entrance=entrance(tls_cert=chain, tls_key=key)) as server:
        found = await way_to(server.url, ca=authority.file if is_trusted else None)
    mark, step = seen
    assert (found["tls"][0], step in found["tls"][1]) == (mark, True)
    assert ("server" in found) is (mark != "bad")


async def test_a_server_without_tls_where_tls_is_asked_for_is_bad(gym: Path) -> None:
    async with serving(gym) as server:
        found = await way_to(server.url.replace("ws:", "wss:"))
    assert (found["tls"][0], "speaks no TLS" in found["tls"][1]) == ("bad", True)


async def test_a_server_that_cannot_write_says_so(gym: Path) -> None:
    async with serving(gym) as server:
        writes(server, False)
        mark, sentence = (await way_to(server.url))["server"]
        writes(server, True)
    assert (mark, sentence.startswith("It takes no commands just now, and says: The server cannot use")) == (
        "bad",
        True,
    )


@pytest.mark.parametrize(("said", "words"), [(b"SSH-2.0-x\r\n", "speaks no HTTP"), (b"", "does not answer")])
async def test_a_stranger_at_the_port_is_bad(said: bytes, words: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)  # or what is left unread has the line reset
        writer.write(said)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as other:
        host, port = other.sockets[0].getsockname()
        found = await way_to(f"ws://{host}:{port}/ws/checkins/")
    assert (found["server"][0], words in found["server"][1]) == ("bad", True)


@pytest.mark.parametrize(
    ("before", "after", "mark"),
    [(0, 999, "ok"), (-60_000, 60_000, "ok"), (61_000, 61_000, "look"), (-400_000, -350_000, "bad")],
)
def test_the_servers_clock_is_compared(before: int, after: int, mark: str) -> None:
    date = "Sun, 22 Nov 2026 09:00:00 GMT"
    found = told(way.compared(date, NINE + before, NINE + after))["clock"]
    assert (found[0], "please set the one that is wrong" in found[1]) == (mark, mark != "ok")
    assert list(way.compared("no time", NINE, NINE)) == []


# --- the command --------------------------------------------------------------------------------------------------


async def test_the_command_prints_a_line_each_or_json_and_no_secret(
    gym: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = token(gym, "ana")
    settings = {"token": secret, "database": str(gym), "ca": None, "allow_cleartext": False}
    async with serving(gym) as server:
        await asyncio.to_thread(lambda: doctor.run(url=server.url, json=True, **settings))  # type: ignore[arg-type]
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        await asyncio.to_thread(lambda: doctor.run(url=server.url, json=False, **settings))  # type: ignore[arg-type]
    plain = capsys.readouterr().out
    assert {line["mark"] for line in lines} == {"ok", "look"}  # pytest has no terminal, and the gym no backup
    assert len(plain.splitlines()) == len(lines)
    assert secret not in plain + json.dumps(lines)
    with pytest.raises(doctor.Unwell, match="Please see to what is bad: port"):
        doctor.run(url=f"ws://127.0.0.1:{nobodys_port()}/", json=True, **settings)  # type: ignore[arg-type]
