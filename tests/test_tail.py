"""`gymtui tail` over a connection."""

from __future__ import annotations

import asyncio
import io
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import msgspec
import pytest

from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.event_filter import read_filter
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem, StoppedProblem
from gymtui.client.login.login import Login
from gymtui.client.mock import MockWebSocket
from gymtui.client.unattended import needs_a_person
from gymtui.programs.event_lines import FORMS, line
from gymtui.programs.tail import Tail
from gymtui.protocol import Resume, RollCallUpdate
from server.store.opening import open_store
from tests.client_kit import played, running
from tests.factories import GYM, NOW, TIME, member_row, refusal, snapshot, visit
from tests.gym_kit import add_members, token
from tests.kit import Wire, port_of, serving
from tests.tail_kit import command, ended, told
from tests.waiting import WITHIN, until

pytestmark = pytest.mark.slow


class Out(io.StringIO):
    """What was written, and flushed."""

    def __init__(self) -> None:
        super().__init__()
        self.flushed = ""
        self._grown = asyncio.Event()

    def flush(self) -> None:
        self.flushed = self.getvalue()
        self._grown.set()

    @property
    def lines(self) -> list[str]:
        return self.flushed.splitlines()

    async def until(self, count: int) -> list[str]:
        async with asyncio.timeout(WITHIN):
            while len(self.lines) < count:
                self._grown.clear()
                await self._grown.wait()
        return self.lines


async def soon(_: float) -> None:
    await asyncio.sleep(0.01)


@asynccontextmanager
async def tailing(url: str, access: str, *, as_json: bool) -> AsyncIterator[tuple[Out, Out]]:
    """A tail that is connected; what it prints and what it tells."""
    service = WebSocketService(url, Login(url, token=access), Bookmark(), full=True, sleep=soon)
    out, err = Out(), Out()
    Tail(service, form=FORMS["jsonl" if as_json else "text"], out=out, err=err)
    async with running(service.run, service.close):
        await until(lambda: service.in_step)
        yield out, err


async def test_a_line_an_event_and_the_story_of_the_connection_elsewhere(gym: Path) -> None:
    async with serving(gym) as server:
        access = token(gym, "ana")
        async with tailing(server.url, access, as_json=False) as (out, err), Wire.open(server.url, access) as wire:
            await wire.ask("check_in", {"code": "1", "location": "Pool gate"})
            await wire.ask("check_in", {"code": "nobody"}, "2")
            await wire.ask("check_out", {"code": "1"}, "3")
            lines = await out.until(3)
        assert [text[10:] for text in lines] == [
            "in        Name 1  1  Pool gate",
            "refused   unknown card  nobody here has that number",
            "out       Name 1  1",
        ]
        assert err.getvalue() == "gymtui: connected as ana\n"


async def test_what_is_asked_for_alone_is_printed_and_the_rest_is_not_read_again() -> None:
    async with played(MockWebSocket(seq=7), full=True) as play:
        out = Out()
        Tail(play.service, form=line, out=out, err=Out(), now=lambda: NOW, picked=read_filter("refused desk:2").passes)
        connection = await play.server.accepted()
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(7))
        connection.events(visit(8), refusal(9, "Ben Ode"), msgspec.structs.replace(refusal(10), desk="pool"))
        connection.events(refusal(11, "Ana Silva"))
        assert [text[10:] for text in await out.until(2)] == [
            "refused   Ben Ode  9  membership expired 3 Nov  desk 2",
            "refused   Ana Silva  11  membership expired 3 Nov  desk 2",
        ]


async def test_a_restart_of_the_server_loses_nothing_and_repeats_nothing(gym: Path) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server:
        url, port = server.url, port_of(server.url)
        tail = tailing(url, access, as_json=True)
        out, err = await tail.__aenter__()
        async with Wire.open(url, access) as wire:
            for code in range(10):
                await wire.ask("check_in", {"code": str(code)}, f"first {code}")
        await out.until(10)
    with closing(open_store(gym)) as store:  # something happens while nobody serves
        add_members(store, [member_row(f"9{n}", f"New {n}") for n in range(20)])
    async with serving(gym, port=port), Wire.open(url, access) as wire:
        for code in range(10):
            await wire.ask("check_out", {"code": str(code)}, f"then {code}")
        lines = [json.loads(text) for text in await out.until(40)]
        await tail.__aexit__(None, None, None)
    assert [m["type"] for m in lines] == ["check_in_update"] * 10 + ["member_update"] * 20 + ["check_in_update"] * 10
    seqs = [m["payload"]["seq"] for m in lines]
    assert seqs == list(range(seqs[0], seqs[0] + 40))
    assert err.getvalue().count("connected as ana") == 2
    assert "The server is being restarted: go on, it comes back by itself." in err.getvalue()


async def test_two_roll_calls_that_were_one_have_one_end() -> None:
    end = RollCallUpdate(
        roll_call_id="r1", step="end", at=TIME, by="mia", found=3, missing=1, command_id="c1", desk="desk 2", seq=8
    )
    other = msgspec.structs.replace(end, roll_call_id="r2", command_id="c2", ends_with="r1", seq=9)
    for form, count in (("text", 2), ("jsonl", 3), ("csv", 3)):
        async with played(MockWebSocket(seq=7), full=True) as play:
            out = Out()
            Tail(play.service, form=FORMS[form], out=out, err=Out(), now=lambda: NOW)
            connection = await play.server.accepted()
            _, id = await connection.received(Resume)
            connection.reply(id, {"resumed": "snapshot"})
            connection.send_message(snapshot(7))
            connection.events(end, other, visit(10))
            lines = await out.until(count)
            assert len(lines) == count
            assert sum("r1" in text or "roll-call" in text for text in lines) == count - 1


async def test_the_wall_is_where_the_gym_is_and_goes_with_it() -> None:
    async with played(MockWebSocket(seq=7), full=True) as play:
        out = Out()
        Tail(play.service, form=line, out=out, err=Out(), now=lambda: NOW)
        connection = await play.server.accepted()
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(7))
        connection.events(visit(8), msgspec.structs.replace(GYM, timezone="Asia/Tokyo", seq=9), visit(10))
        assert await out.until(3) == [
            "17:24:00  in        Member 8  8  Main door  desk 2",
            "01:24:00  gym       Riverside  Asia/Tokyo",
            "01:24:00  in        Member 10  10  Main door  desk 2",
        ]


async def test_a_lasting_outage_is_told_once_with_its_time() -> None:
    async with played(MockWebSocket(seq=7), full=True) as play:
        err = Out()
        Tail(play.service, form=line, out=Out(), err=err, now=lambda: NOW)
        gone = ConnectionProblem("Nobody answers.", attempt=1, retry_in=1.0)
        for _ in range(3):
            play.service.report(gone)
        assert err.lines == ["gymtui: 16:24:00  Nobody answers."]
        connection = await play.server.accepted()
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(7))
        await err.until(2)
        play.service.report(gone)
        assert err.lines[-1] == "gymtui: 17:24:00  Nobody answers."
        assert len(err.lines) == 3


async def test_it_begins_where_the_server_stands_and_says_what_it_has_missed() -> None:
    async with played(MockWebSocket(seq=7), full=True) as play:
        out, err = Out(), Out()
        Tail(play.service, form=FORMS["jsonl"], out=out, err=err)
        connection = await play.server.accepted()
        resume, id = await connection.received(Resume)
        assert (resume, err.lines) == (Resume(full=True), [])
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(7, visit(3)))
        connection.events(visit(8))
        await out.until(1)
        assert err.lines == ["gymtui: connected as sam"]
        play.server.epoch, play.server.seq = "epoch-2", 3
        connection.cut()
        await play.phase("waiting")
        play.service.retry_now()
        connection = await play.server.accepted()
        assert (await connection.received(Resume))[0] == Resume(epoch="epoch-1", seq=8, full=True)
        connection.send_message(snapshot(3, visit(2), epoch="epoch-2"))
        connection.events(visit(4), prev_seq=3)
        assert [json.loads(text)["payload"]["seq"] for text in await out.until(2)] == [8, 4]
        assert err.lines[-1] == (
            "gymtui: The server no longer has all that has happened meanwhile: some events are not here."
        )


@pytest.mark.parametrize(
    ("code", "kind"),
    [(4001, AuthenticationProblem), (4003, AuthenticationProblem), (4004, StoppedProblem), (1000, StoppedProblem)],
)
async def test_it_ends_where_only_a_person_could_go_on(code: int, kind: type[Exception]) -> None:
    async with played() as play:
        over = needs_a_person(play.service)
        connection = await play.server.accepted()
        connection.cut()
        await play.phase("waiting")
        play.service.retry_now()
        connection = await play.server.accepted()
        assert not over.done()
        connection.close_with(code)
        with pytest.raises(kind):
            await over


@pytest.mark.parametrize(("signum", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_a_line_is_there_while_it_runs_and_asked_to_end_it_does(
    gym: Path, tmp_path: Path, signum: signal.Signals, exit_code: int
) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server, command(tmp_path, "--url", server.url, "--json", GYMTUI_TOKEN=access) as process:
        await told(process, b"connected as ana")
        async with Wire.open(server.url, access) as wire:
            await wire.ask("check_in", {"code": "1"})
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN):
            event = json.loads(await process.stdout.readline())
        assert (event["type"], event["payload"]["member"]["full_name"]) == ("check_in_update", "Name 1")
        process.send_signal(signum)
        assert await ended(process) == (exit_code, "", "")
    assert not any((tmp_path / "data").rglob("session-*"))  # a ready token is nobody's session
