"""Every row of the contract's table of close codes: what the client does then, and what the person reads."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Final

import pytest
from msgspec import Struct
from textual.pilot import Pilot

from gymtui.client import Desk, Login, MockWebSocket, Replica, WebSocketService
from gymtui.client.connection.reconnect import SENTENCES, sentence
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem, Problem, StoppedProblem
from gymtui.client.mock import MockConnection
from gymtui.client.state import Phase
from gymtui.protocol import CheckIn, Close
from gymtui.ui import GymApp
from tests.client_kit import TOKENS, URL, Heard, played, settle
from tests.desk_kit import ANA, CAL, Gym, sent_ids
from tests.factories import NOW
from tests.ui_front_desk_kit import screen_text
from tests.waiting import until

LINE: Final = 67  # cells of an 80-column screen behind the word before the sentence


class Row(Struct, frozen=True):
    """One code: what the person reads, what becomes of the connection, what is reported, the longest pause before the
    next try (None: there is no next try), and what the screen's first line says."""

    code: int
    sentence: str
    phase: Phase = "waiting"
    problem: type[Problem] = ConnectionProblem
    delay: float | None = 0.5
    header: str = "◐ back in"


def login(code: int, sentence: str) -> Row:
    return Row(code, sentence, "logged_out", AuthenticationProblem, None, "log in")


def stop(code: int, sentence: str) -> Row:
    return Row(code, sentence, "stopped", StoppedProblem, None, "✗ stopped")


UNTAKABLE: Final = (1002, 1003, 1007, 1009)
ROWS: Final = (
    stop(1000, "The server has ended this connection: please try again."),
    Row(1001, "The server has gone away: go on, it comes back by itself."),
    Row(1006, "The connection broke: go on, it comes back by itself."),
    Row(1011, "Something failed in the server: go on, it comes back by itself."),
    Row(1012, "The server is being restarted: go on, it comes back by itself."),
    Row(1013, "The server has too much to do: go on, it comes back by itself."),
    *(Row(code, "The server could not take something that was sent: F9 says what.") for code in UNTAKABLE),
    login(4001, "The server does not know this login: please log in again."),
    login(4003, "Your access has ended: please log in again, or ask a manager."),
    stop(4004, "The server no longer listens to this program: please update it."),
    stop(4005, "A manager has closed this connection: please try again."),
    Row(4100, "The server has too much to do: go on, it comes back by itself."),
    Row(4101, "The login had to be renewed: go on, that happens by itself.", delay=0.0),
    Row(4102, "This desk sent too much at once: go on, it comes back by itself."),
    Row(4104, "The server heard nothing from here: please check cable or Wi-Fi."),
    Row(4105, "The login did not reach the server: please check cable or Wi-Fi."),
    Row(4200, "The server is being restarted: go on, it comes back by itself.", delay=2.0),
    # What a later server may say, by its hundred.
    stop(4050, "The server has stopped this program (4050): please update it."),
    Row(4150, "The server closed the connection (4150): it comes back by itself."),
    Row(4250, "The server closed the connection (4250): it comes back by itself.", delay=2.0),
)
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.code))


def close(connection: MockConnection, code: int) -> None:
    """As that code comes to be: nobody can send 1006."""
    if code == 1006:
        connection.cut()
    else:
        connection.close_with(code)


def test_every_code_that_there_is_has_a_row_and_a_sentence_that_fits() -> None:
    seen_as = {Close.STALLED: 1006}  # whoever takes no byte is cut off, and never hears the code
    assert {seen_as.get(code, code) for code in Close} <= {row.code for row in ROWS}
    assert set(SENTENCES) <= {row.code for row in ROWS} | {Close.STALLED}
    assert max(len(sentence(code)) for code in [*SENTENCES, *(row.code for row in ROWS)]) <= LINE


# --- what the client does --------------------------------------------------------------------------------------------


async def sam_logged_in() -> Login:
    """With a token that can be renewed."""
    sam = Login(URL, fetch=lambda *_: TOKENS)
    await sam.log_in("sam", "a password")
    return sam


@every_row
async def test_what_the_client_does_then(row: Row) -> None:
    async with played(login=await sam_logged_in()) as play:
        problems = Heard(play.service, "problem").all
        connection = await play.server.accepted()
        await play.phase("live")
        close(connection, row.code)
        await play.phase(row.phase)
        await settle()
        assert play.service.state.reason == row.sentence
        assert play.backoffs == ([] if row.delay is None else [row.delay])
        assert [(type(problem), str(problem)) for problem in problems] == [(row.problem, row.sentence)]
        assert len(play.server.connections) == 1
        if row.delay is not None:
            assert (problems[0].attempt, problems[0].retry_in) == (1, row.delay)
            assert play.service.state.retry_at == NOW + row.delay * 1000


@every_row
async def test_how_it_goes_on(row: Row) -> None:
    sam = await sam_logged_in()
    async with played(login=sam) as play:
        close(await play.server.accepted(), row.code)
        await play.phase(row.phase)
        if row.phase == "logged_out":
            await sam.log_in("sam", "a password")
            play.service.logged_in()
        elif row.phase == "stopped":
            play.service.retry_now()
        else:
            await play.backed_off(1)
        await play.server.accepted()
        await play.phase("live")
        assert play.service.state.reason is None


@pytest.mark.parametrize("random", [0.0, 0.25, 1.0])
@pytest.mark.parametrize(("code", "most"), [(1006, 0.5), (4200, 2.0), (4101, 0.0)])
async def test_pauses_are_spread_over_all_their_length(code: int, most: float, random: float) -> None:
    async with played(login=await sam_logged_in(), random=lambda: random) as play:
        close(await play.server.accepted(), code)
        await until(lambda: play.backoffs)
        assert play.backoffs == [most * random]


async def test_an_overloaded_server_says_first_when_to_come_back() -> None:
    async with played() as play:
        connection = await play.server.accepted()
        connection.refuse(None, "rate_limited", "Too many are connected.", retryable=True, retry_after_ms=7000)
        connection.close_with(4100)
        await play.backed_off(1)
        connection = await play.server.accepted()
        connection.refuse(None, "rate_limited", "Too many are connected.", retryable=True, retry_after_ms=7000)
        connection.close_with(4100)
        await until(lambda: len(play.backoffs) == 2)
        assert play.backoffs == [7.5, 8.0]
        assert play.service.state.reason == "Too many are connected."


@pytest.mark.parametrize(("milliseconds", "seconds"), [(2**63 - 1, 300.0), (-5000, 0.0), (10**400, 0.0)])
async def test_nobody_stays_away_for_ever_whatever_a_server_says(milliseconds: int, seconds: float) -> None:
    async with played() as play:
        connection = await play.server.accepted()
        asked = b'{"type":"error","payload":{"code":"x","message":"m","retryable":true,"retry_after_ms":%d}}'
        connection.send_frame(asked % milliseconds)
        connection.close_with(4100)
        await until(lambda: play.backoffs)
        assert play.backoffs == [seconds + 0.5]


async def test_what_a_later_server_means_by_its_code_it_says_itself() -> None:
    async with played() as play:
        connection = await play.server.accepted()
        connection.refuse(None, "invalid", "This version is too old: please update.")
        connection.close_with(4050)
        await play.phase("stopped")
        assert play.service.state.reason == "This version is too old: please update."


@pytest.mark.parametrize("code", UNTAKABLE)
async def test_what_cannot_be_taken_is_set_aside_and_said_and_the_others_go_on(code: int) -> None:
    gym = Gym(":memory:")
    with closing(gym.replica):
        async with gym.open() as connection:
            for who in (ANA, CAL):
                gym.desk.check_in(who)
                await connection.received(CheckIn)
            close(connection, code)
            await until(lambda: gym.service.state.phase == "waiting")
            assert gym.desk.set_aside == []  # which of the two it was is not known yet
            alone = await gym.come_back()
            await alone.received(CheckIn)
            await settle()
            assert sent_ids(alone, "check_in") == ["id1"]
            close(alone, code)
            await until(lambda: gym.desk.set_aside)
            assert [(row.id, row.reason) for row in gym.desk.set_aside] == [
                ("id1", "The server cannot take this command.")
            ]
            assert gym.said[-1] == "✗ Ana Silva refused: The server cannot take this command — set aside: F9 shows it"
            again = await gym.come_back()
            await until(lambda: sent_ids(again, "check_in") == ["id2"])


async def test_a_network_that_takes_nothing_is_given_up() -> None:
    async with played(send_within=0.01) as play:
        connection = await play.server.accepted()
        await until(lambda: play.pauses.sleeping(10.0))
        connection.stall()
        problems = asyncio.Queue[Exception]()
        play.service.subscribe("problem", problems.put_nowait)
        play.pauses.end(10.0)
        async with asyncio.timeout(5):
            await problems.get()
        assert play.service.state.phase == "waiting"
        assert play.service.state.reason == "The network takes nothing: please check cable or Wi-Fi."
        assert connection.closed is None  # no goodbye: it would not leave either
        await until(lambda: play.backoffs == [0.5])


# --- what the person reads -------------------------------------------------------------------------------------------


async def until_shown(pilot: Pilot[None], app: GymApp, words: str) -> None:
    """Waits for the words; where a line was too short for them, over two."""
    try:
        await until(lambda: words in " ".join(screen_text(app).split()), pilot.pause)
    except TimeoutError:
        raise AssertionError(f"{words!r} never came up:\n{screen_text(app)}") from None


async def never(_: float) -> None:
    await asyncio.get_running_loop().create_future()


@pytest.mark.slow
async def test_what_the_person_reads() -> None:
    """One desk through all of them, at 80x24."""
    server = MockWebSocket()
    with closing(Replica(":memory:")) as replica:
        sam = await sam_logged_in()
        service = WebSocketService(URL, sam, replica, connect=server, sleep=never, random=lambda: 1.0)
        app = GymApp(Desk(service, replica, name="desk 2"), sam, url=URL)
        async with app.run_test(size=(80, 24)) as pilot:
            for row in ROWS:
                connection = await server.accepted()
                await until_shown(pilot, app, "● live")
                close(connection, row.code)
                await until_shown(pilot, app, row.header)
                if row.phase == "logged_out":
                    await until_shown(pilot, app, row.sentence)
                    await pilot.press(*"pw", "enter")
                else:
                    await pilot.press("f9")
                    await until_shown(pilot, app, row.sentence)
                    await pilot.press("f9", "ctrl+r")
            await app.leave()
