"""A server that says whatever it likes to `gymtui tail` and `gymtui simulate`: sentences, nothing for a terminal."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve

from gymtui import codec
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.login.login import Login
from gymtui.client.mock import MockConnection, MockWebSocket
from gymtui.client.tasks import until_first
from gymtui.client.unattended import NoAnswer
from gymtui.errors import GymError
from gymtui.printable import printable
from gymtui.programs import simulate
from gymtui.programs.event_lines import FORMS
from gymtui.programs.simulate import KINDS, NothingToSimulate, Simulation
from gymtui.programs.tail import Tail
from gymtui.protocol import AuthResponse, CheckIn, CheckIns, ConnectionStatus, MembersPage, Present, Request, Resume
from tests.client_kit import URL, running
from tests.codec_kit import as_batch
from tests.factories import GYM, NOW, member, snapshot, visit
from tests.hostile_kit import HOSTILE, VALUES, frames, obeys_nothing, places, with_
from tests.tail_kit import ended, environment
from tests.test_tail import Out
from tests.waiting import WITHIN, until

pytestmark = pytest.mark.slow

Answers = dict[str, Callable[[int], object]]
"""By the type of a request: what is said to it the first time, the second and so on; bytes are a frame."""


class Server(MockWebSocket):
    """One that gives its snapshot to whoever resumes, and these answers."""

    def __init__(self, answers: Answers | None = None) -> None:
        super().__init__(seq=7, answer=self._answered, clock=lambda: NOW)
        self._answers = answers or {}
        self.asked: list[str] = []

    def _answered(self, connection: MockConnection, request: Request, id: str | None) -> None:
        self.asked.append(request.type)
        if isinstance(request, Resume):
            connection.reply(id, {"resumed": "snapshot"})
            connection.send_message(snapshot(self.seq, epoch=self.epoch))
        elif (said := self._answers.get(request.type)) is not None:
            match said(self.asked.count(request.type)):
                case bytes(frame):
                    connection.send_frame(frame.replace(b'"ID"', json.dumps(id).encode()))
                case answer:
                    connection.reply(id, answer)


def always(answer: object) -> Callable[[int], object]:
    """The same, whenever it is asked."""
    return lambda _: answer


def service_of(server: Server, **options: Any) -> WebSocketService:
    async def soon(_: float) -> None:
        await asyncio.sleep(0)

    login = Login(URL, token="a-token")
    known: dict[str, Any] = {"connect": server, "sleep": soon, "random": lambda: 0.0, "clock": lambda: NOW}
    return WebSocketService(URL, login, options.pop("journal", None) or Bookmark(), **known, **options)


async def tailed(server: Server, **options: Any) -> str:
    """What a tail prints and tells until it ends."""
    out, err, journal = Out(), Out(), Bookmark()
    service = service_of(server, journal=journal, full=True)
    tail = Tail(service, form=FORMS["text"], out=out, err=err, now=lambda: NOW, journal=journal, **options)
    async with asyncio.timeout(WITHIN):
        await until_first(service.run(), tail.over, tail.run())
    return out.getvalue() + err.getvalue()


async def simulated(server: Server, scans: int = 0) -> Simulation:
    """A simulation that has had so many answers."""
    service = service_of(server)
    simulation = Simulation([service], Random(1), rate=3000.0)
    enough = until(lambda: simulation.outcomes.total() >= scans > 0)
    await until_first(service.run(), simulation.run(), enough)
    return simulation


def bad(answer: object) -> list[bytes]:
    """Replies with this answer, each with something else in one place of it."""
    reply = {"type": "reply", "id": "ID", "payload": {"ok": True, "result": msgspec.to_builtins(answer)}}
    inside = ("payload", "result")
    return [with_(reply, at, value) for at in places(reply) if at[:2] == inside for value in VALUES]


def refusal(code: str, message: str = HOSTILE, **more: object) -> bytes:
    error = {"code": code, "message": message, "retryable": False} | more
    return json.dumps({"type": "reply", "id": "ID", "payload": {"ok": False, "error": error}}).encode()


@pytest.mark.parametrize("form", FORMS)
async def test_whatever_it_says_a_tail_prints_lines_and_goes_on(form: str) -> None:
    server, out, err = Server(), Out(), Out()
    service = service_of(server, full=True)
    tail = Tail(service, form=FORMS[form], out=out, err=err, now=lambda: NOW)
    async with running(service.run, service.close):
        await until(lambda: service.in_step)
        for frame in frames():
            server.connections[-1].send_frame(frame)
            for _ in range(3):
                await asyncio.sleep(0)
        assert not tail.over.done()
        server.epoch, server.seq = "another history", 7
        server.connections[-1].cut()
        await until(lambda: service.state.phase != "live")
        service.retry_now()
        await until(lambda: service.in_step and service.state.phase == "live")
        server.connections[-1].events(visit(8, member(1, "Last One")))
        await until(lambda: "Last One" in out.getvalue())
    assert len(out.lines) > 50
    assert "[31mX" in out.getvalue()
    assert obeys_nothing(out.getvalue())
    assert obeys_nothing(err.getvalue())


async def test_what_it_answers_ends_a_tail_with_a_sentence_or_not_at_all() -> None:
    began = datetime(2026, 11, 18, 10, tzinfo=UTC)
    good: Answers = {
        "list_present": always(Present(present=(), cursor=None, as_of_seq=7)),
        "list_check_ins": always(CheckIns(check_ins=(), cursor=None)),
    }
    known: dict[str, object] = {"list_present": Present(present=(visit(3),), cursor=None, as_of_seq=7)}
    known |= {"list_check_ins": CheckIns(check_ins=(visit(3, check_out_time="2026-11-18T09:00:00Z"),), cursor=None)}
    for kind, answer in known.items():
        for frame in bad(answer):
            try:
                said = await tailed(Server(good | {kind: always(frame)}), since=began, follow=False)
            except NoAnswer as error:
                said = printable(str(error))
                assert f"What the server answers to {kind} is no answer" in said
            assert obeys_nothing(said)


async def test_a_no_is_said_and_a_later_is_waited_for() -> None:
    with pytest.raises(NoAnswer, match="The server does not answer list_present:"):
        await tailed(Server({"list_present": always(refusal("internal"))}), follow=False)
    later = refusal("storage_unavailable", retryable=True, retry_after_ms=1)
    answer = Present(present=(), cursor=None, as_of_seq=7)
    server = Server({"list_present": lambda times: later if times < 3 else answer})
    assert await tailed(server, follow=False) == "gymtui: connected as sam\n"
    assert server.asked.count("list_present") == 3


async def test_a_time_that_there_is_not_begins_and_ends_no_tail() -> None:
    server, journal, out = Server(), Bookmark(), Out()
    service = service_of(server, journal=journal, full=True)
    tail = Tail(service, form=FORMS["text"], out=out, err=Out(), now=lambda: NOW, journal=journal)
    tail._stretch.begins = NOW
    async with running(service.run, service.close):
        await until(lambda: service.in_step)
        server.connections[-1].events(visit(8, check_in_time=HOSTILE), visit(9, member(9, "Somebody")))
        assert await out.until(1) == ["17:24:00  in        Somebody  9  Main door  desk 2"]


# --- the simulation -----------------------------------------------------------------------------------------------


async def test_what_it_answers_ends_a_simulation_with_a_sentence_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    async def is_over(*_: object) -> None:
        """It knows who there is: nothing is asked any more."""
        raise GymError("over")

    page = MembersPage(members=(member(1),), next_after_seq=7, more=False, as_of_seq=7)
    monkeypatch.setattr(Simulation, "_present", is_over)
    for frame in bad(page):
        with pytest.raises(GymError) as ended:
            await simulated(Server({"sync_members": always(frame)}))
        said = str(ended.value)
        assert said == "over" or isinstance(ended.value, NoAnswer | NothingToSimulate)
        assert obeys_nothing(printable(said))


async def test_pages_without_an_end_have_one() -> None:
    page = MembersPage(members=(member(1),), next_after_seq=7, more=True, as_of_seq=9)
    with pytest.raises(NothingToSimulate, match="the same page of members again and again"):
        await simulated(Server({"sync_members": always(page)}))
    present = Present(present=(visit(3),), cursor="on and on", as_of_seq=9)
    last = msgspec.structs.replace(page, more=False)
    server = Server({"sync_members": always(last), "list_present": always(present), "check_in": always(visit(9))})
    server._answers["check_out"] = server._answers["check_in"]
    await simulated(server, scans=1)
    assert server.asked.count("list_present") == 2


def no(times: int) -> bytes:
    return refusal(f"{times}{HOSTILE}" + 9000 * "x")


async def test_however_many_kinds_of_no_there_are_the_report_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "IN_FLIGHT", 1)
    page = MembersPage(members=tuple(member(n) for n in range(1, 99)), next_after_seq=7, more=False, as_of_seq=7)
    present = Present(present=(), cursor=None, as_of_seq=7)
    answers: Answers = {"sync_members": always(page), "list_present": always(present)}
    simulation = await simulated(Server(answers | {CheckIn.type: no, "check_out": no}), scans=2 * KINDS)
    assert len(simulation.outcomes) == KINDS + 1
    said = printable(simulation.report())
    assert obeys_nothing(said)
    assert len(said) < 4000


# --- as programs --------------------------------------------------------------------------------------------------


async def says_it(socket: ServerConnection) -> None:
    """A greeting, a snapshot and an event, hostile wherever they may be; all else is refused, in such words too."""
    await socket.send(codec.message(AuthResponse(success=True, user=HOSTILE, role="staff")).decode())
    status = ConnectionStatus(
        status="connected", session_id=HOSTILE, protocol=1, server_time=HOSTILE, epoch=HOSTILE, seq=7, batch_ms=100
    )
    await socket.send(codec.message(status).decode())
    async for message in socket:
        request, id = codec.read_request(message)
        if isinstance(request, Resume):
            gym = msgspec.structs.replace(GYM, name=HOSTILE, timezone=HOSTILE)
            told = msgspec.structs.replace(snapshot(7, epoch=HOSTILE), gym=gym)
            await socket.send(codec.message(told).decode())
            await socket.send(as_batch(visit(8, member(8, HOSTILE), location=HOSTILE, desk=HOSTILE)).decode())
        else:
            await socket.send(refusal(HOSTILE).replace(b'"ID"', json.dumps(id).encode()).decode())


@pytest.mark.parametrize("program", [["tail", "--no-follow"], ["tail", "--no-follow", "--json"], ["simulate"]])
async def test_the_program_ends_with_a_sentence(program: list[str], tmp_path: Path) -> None:
    async with serve(says_it, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gymtui.cli", *program, "--url", f"ws://127.0.0.1:{port}/", "--token", "t"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(tmp_path),
        )
        code, out, err = await ended(process)
    assert code == 1
    assert obeys_nothing(out)
    assert obeys_nothing(err)
    assert "[31mX Y" in err.splitlines()[-1]
    assert "should not have" not in err
    assert ("31mX" in out) is (program[0] == "tail")
