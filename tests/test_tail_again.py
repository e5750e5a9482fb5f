"""`gymtui tail` begins again where it stopped, and knows the server and the user of the last login."""

from __future__ import annotations

import csv
import json
import signal
from contextlib import closing
from io import StringIO
from pathlib import Path

import msgspec
import pytest

from gymtui.preferences import ChoicesFile
from gymtui.programs.cursor import Cursor
from server.store.opening import back_up, open_store, put_back
from tests.gym_kit import PASSWORD, token
from tests.kit import Wire, port_of, serving
from tests.tail_kit import command, ended, environment, told
from tests.terminal import Terminal
from tests.till import Till
from tests.waiting import until

pytestmark = pytest.mark.slow


async def tailed(home: Path, url: str, access: str, *arguments: str, rows: int) -> tuple[list[int], str]:
    """The `seq` of the first rows that a tail prints, and what it tells; it is interrupted then."""
    seqs: list[int] = []
    async with command(home, "--url", url, "--json", *arguments, GYMTUI_TOKEN=access) as process:
        assert process.stdout is not None
        if not rows:
            await told(process, b"connected as ana")
        while len(seqs) < rows:
            seqs.append(json.loads(await process.stdout.readline())["payload"]["seq"])
        process.send_signal(signal.SIGINT)
        _, more, said = await ended(process)
    return seqs + [json.loads(line)["payload"]["seq"] for line in more.splitlines()], said


def kept(file: Path) -> Cursor:
    return msgspec.json.decode(file.read_bytes(), type=Cursor)


async def test_a_tail_with_a_cursor_neither_misses_nor_repeats(gym: Path, tmp_path: Path) -> None:
    access, file = token(gym, "ana"), tmp_path / "events.cursor"
    async with serving(gym) as server, Wire.open(server.url, access) as wire:
        assert (await tailed(tmp_path, server.url, access, "--cursor", str(file), rows=0))[0] == []
        first = kept(file)
        for code in range(5):
            await wire.ask("check_in", {"code": str(code)}, f"in {code}")
        seqs, _ = await tailed(tmp_path, server.url, access, "--cursor", str(file), rows=5)
        assert seqs == [first.seq + n for n in range(1, 6)]
        await until(lambda: kept(file).seq == seqs[-1])
        for code in range(3):
            await wire.ask("check_out", {"code": str(code)}, f"out {code}")
        again, said = await tailed(tmp_path, server.url, access, "--cursor", str(file), rows=3)
        assert again == [seqs[-1] + n for n in range(1, 4)]
        assert "some events are not here" not in said
        assert file.stat().st_mode & 0o777 == 0o600


async def test_another_history_is_said(gym: Path, tmp_path: Path) -> None:
    access, file = token(gym, "ana"), tmp_path / "events.cursor"
    back_up(gym, tmp_path / "gym.bak")
    async with serving(gym) as server:
        await tailed(tmp_path, server.url, access, "--cursor", str(file), rows=0)
        port, before = port_of(server.url), kept(file)
    put_back(tmp_path / "gym.bak", gym)
    async with (
        serving(gym, port=port) as server,
        command(tmp_path, "--url", server.url, "--cursor", str(file), GYMTUI_TOKEN=access) as process,
    ):
        await told(process, b"was put back from a backup since: what has happened in between is not here.")
        await until(lambda: kept(file).epoch != before.epoch)


async def test_rows_that_were_trimmed_are_said(gym: Path, tmp_path: Path) -> None:
    access, file = token(gym, "ana"), tmp_path / "events.cursor"
    async with serving(gym) as server, Wire.open(server.url, access) as wire:
        await tailed(tmp_path, server.url, access, "--cursor", str(file), rows=0)
        head = kept(file)
        file.write_bytes(msgspec.json.encode(Cursor(head.epoch, 1)))
        with closing(open_store(gym)) as store:
            store.write([lambda tx: tx.forget(head.seq - 1)])
        async with command(tmp_path, "--url", server.url, "--cursor", str(file), GYMTUI_TOKEN=access) as process:
            await told(process, b"The server no longer has all that has happened meanwhile")
            await until(lambda: kept(file) == head)
            await wire.ask("check_in", {"code": "1"})
            await until(lambda: kept(file).seq == head.seq + 1)


async def test_a_tail_begins_behind_a_row(gym: Path, tmp_path: Path) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server:
        seqs, _ = await tailed(tmp_path, server.url, access, "--since", "4", rows=6)
    assert seqs == list(range(5, 5 + len(seqs)))


async def test_a_tail_begins_at_a_time(gym: Path, tmp_path: Path) -> None:
    till = Till(gym)
    for hour in range(5):
        till.check_in("1", id=f"in {hour}")
        till.now += 1_800_000
        left = till.check_out("1", id=f"out {hour}")
        till.now += 1_800_000
    till.store.close()
    assert left.check_out_time == "2026-11-22T13:30:00.000Z"
    for time in ("2026-11-22T12:30:00Z", "2026-11-22T12:30"):  # the gym's wall is UTC's
        async with serving(gym) as server:
            seqs, _ = await tailed(tmp_path, server.url, token(gym, "ana"), "--since", time, rows=3)
        assert seqs == [left.seq - 2, left.seq - 1, left.seq]


async def printed(home: Path, url: str, access: str, *arguments: str) -> list[int]:
    """The `seq` of all rows that a tail prints before it ends by itself."""
    async with command(home, "--url", url, "--json", *arguments, GYMTUI_TOKEN=access) as process:
        code, out, _ = await ended(process)
    assert code == 0
    return [json.loads(text)["payload"]["seq"] for text in out.splitlines()]


async def test_a_tail_ends_at_a_row_at_a_time_or_with_what_has_happened(gym: Path, tmp_path: Path) -> None:
    till, access = Till(gym), token(gym, "ana")
    visits: list[int] = []
    for hour in range(3):
        visits.append(till.check_in("1", id=f"in {hour}").seq)
        till.now += 1_800_000
        visits.append(till.check_out("1", id=f"out {hour}").seq)
        till.now += 1_800_000
    till.store.close()
    before, last = visits[0] - 1, visits[-1]
    async with serving(gym) as server, Wire.open(server.url, access) as wire:
        everything = ("--since", str(before), "--no-follow")
        assert await printed(tmp_path, server.url, access, *everything) == list(range(visits[0], last + 1))
        assert await printed(tmp_path, server.url, access, "--no-follow") == []
        assert await printed(tmp_path, server.url, access, *everything, "type:out") == visits[1::2]
        assert await printed(tmp_path, server.url, access, "--since", str(before), "--until", str(visits[2])) == list(
            range(visits[0], visits[2] + 1)
        )
        times = ("--since", "2026-11-22T09:30:00Z", "--until", "2026-11-22T10:30:00Z")
        assert await printed(tmp_path, server.url, access, *times) == visits[1:3]
        async with command(
            tmp_path, "--url", server.url, "--json", "--until", str(last + 2), GYMTUI_TOKEN=access
        ) as process:
            await told(process, b"connected as ana")
            for code in range(2, 5):
                await wire.ask("check_in", {"code": str(code)}, f"in {code}")
            exit_code, out, _ = await ended(process)
    assert exit_code == 0
    assert [json.loads(text)["payload"]["seq"] for text in out.splitlines()] == [last + 1, last + 2]


async def test_a_cursor_goes_no_further_than_what_was_printed(gym: Path, tmp_path: Path) -> None:
    access, file = token(gym, "ana"), tmp_path / "events.cursor"
    async with serving(gym) as server, Wire.open(server.url, access) as wire:
        await tailed(tmp_path, server.url, access, "--cursor", str(file), rows=0)
        first = kept(file).seq
        for code in range(5):
            await wire.ask("check_in", {"code": str(code)}, f"in {code}")
        with_cursor = ("--cursor", str(file))
        assert await printed(tmp_path, server.url, access, *with_cursor, "--until", str(first + 2)) == [
            first + 1,
            first + 2,
        ]
        assert kept(file).seq == first + 2
        assert await printed(tmp_path, server.url, access, *with_cursor, "--until", str(first + 1)) == []
        assert kept(file).seq == first + 2
        assert await printed(tmp_path, server.url, access, *with_cursor, "--no-follow") == [
            first + 3,
            first + 4,
            first + 5,
        ]
        assert await printed(tmp_path, server.url, access, *with_cursor, "--no-follow") == []


async def test_a_table_has_one_heading_over_all_that_goes_on_with_a_cursor(gym: Path, tmp_path: Path) -> None:
    access = token(gym, "ana")
    arguments = ("--format", "csv", "--no-follow", "--cursor", str(tmp_path / "events.cursor"))
    table = ""
    async with serving(gym) as server, Wire.open(server.url, access, desk="Front") as wire:
        for code in range(1, 3):
            async with command(tmp_path, "--url", server.url, *arguments, GYMTUI_TOKEN=access) as process:
                table += (await ended(process))[1]
            await wire.ask("check_in", {"code": str(code)}, f"in {code}")
        async with command(tmp_path, "--url", server.url, *arguments, GYMTUI_TOKEN=access) as process:
            table += (await ended(process))[1]
    rows = list(csv.DictReader(StringIO(table)))
    assert [(row["type"], row["full_name"], row["desk"], row["by"]) for row in rows] == [
        ("in", "Name 1", "Front", "ana"),
        ("in", "Name 2", "Front", "ana"),
    ]


@pytest.mark.parametrize("content", ["my thesis", '{"url":"ws://gym.test/"}'])
async def test_a_file_that_is_no_cursor_stays(tmp_path: Path, content: str) -> None:
    file = tmp_path / "note"
    file.write_text(content)
    async with command(tmp_path, "--cursor", str(file), GYMTUI_TOKEN="x") as process:
        code, _, said = await ended(process)
    assert (code, said.count("\n")) == (2, 1)
    assert "is no cursor of a tail: please name another file." in said
    assert file.read_text() == content


async def test_a_time_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    async with command(tmp_path, "--since", "yesterday", GYMTUI_TOKEN="x") as process:
        code, _, said = await ended(process)
    assert code == 2
    assert "'yesterday' is neither a row of the journal nor a time" in said


async def test_the_server_and_the_user_of_the_last_login_are_those_of_the_next(gym: Path, tmp_path: Path) -> None:
    home = environment(tmp_path)
    choices = ChoicesFile(tmp_path / "data" / "gymtui")
    async with serving(gym) as server:
        first = ("tail", "--url", server.url, "--user", "ana")
        async with Terminal.run(*first, columns=80, rows=24, environment=home) as terminal:
            await terminal.until(r"Password for ana:")
            terminal.type(f"{PASSWORD}\n")
            await terminal.until("connected as ana")
        assert (choices.read().url, choices.read().user) == (server.url, "ana")
        async with command(tmp_path) as process:
            await told(process, b"connected as ana")
        for login in (tmp_path / "data" / "gymtui").glob("session-*.json"):
            login.unlink()
        async with Terminal.run("tail", columns=80, rows=24, environment=home) as terminal:
            await terminal.until(r"Password for ana:")
