"""A manager closes a connection: it is in the audit, whoever is there is told, and nobody else can."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymtui.client.errors import StoppedProblem
from gymtui.clock import DAY, now
from server.store.opening import listed
from tests.client_kit import Heard, played
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.test_lookout import seen
from tests.test_rights_at_once import late, with_user

REASON = "please start it again"


def audited(gym: Path | str) -> list[tuple[str, str, str, str]]:
    """Which connections were closed: by whom, from where, whose, why."""
    with listed(gym) as lists:
        rows = [row for row in lists.accesses(now() + DAY) if row.what == "close_connection"]
    return [(row.who, row.origin, row.about, row.outcome) for row in rows]


async def test_whoever_is_there_is_told_by_whom_and_why_and_it_is_in_the_audit(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "mia")) as mia,
        Wire.open(server.url, token(gym, "ana"), desk="Front") as ana,
    ):
        session = (await ana.until("connection_status"))["payload"]["session_id"]
        closing = {"session_id": session, "reason": REASON}
        assert await mia.ask("close_connection", closing) == {"ok": True, "result": {"closed": True}}
        error = (await ana.until("error"))["payload"]
        assert (error["code"], error["message"]) == ("closed", f"mia has closed this connection: {REASON}")
        assert await ana.closed() == 4005
        assert [client["user"] for client in (await seen(mia))["connections"]] == ["mia"]
        assert await mia.ask("close_connection", closing) == {"ok": True, "result": {"closed": False}}
    assert audited(gym) == [("mia", "127.0.0.1", "ana at Front", REASON)]


async def test_who_has_no_right_any_more_closes_nothing(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "mia")) as mia,
        Wire.open(server.url, token(gym, "ana")) as ana,
    ):
        session = (await ana.until("connection_status"))["payload"]["session_id"]
        await mia.until("connection_status")
        closing = {"session_id": session, "reason": REASON}
        answer = await late(server, with_user("mia", role="operator"), mia, "close_connection", closing)
        assert answer["error"]["message"] == "Operators may look on, not close connections."
        assert (await ana.ask("list_present"))["ok"]
    assert audited(gym) == []


@pytest.mark.parametrize("says_why", [True, False])
async def test_a_client_that_was_closed_stops_with_the_reason(*, says_why: bool) -> None:
    async with played() as play:
        problems = Heard(play.service, "problem").all
        connection = await play.server.accepted()
        await play.phase("live")
        said = f"mia has closed this connection: {REASON}"
        if says_why:
            connection.refuse(None, "closed", said, retryable=True)
        connection.close_with(4005)
        await play.phase("stopped")
        expected = said if says_why else "A manager has closed this connection: please try again."
        assert play.service.state.reason == expected
        assert [(type(problem), str(problem)) for problem in problems] == [(StoppedProblem, expected)]
        play.service.retry_now()
        await play.server.accepted()
        await play.phase("live")
