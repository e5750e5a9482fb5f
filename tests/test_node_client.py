"""A client in another language, written from docs/PROTOCOL.md alone, goes through a restart with a real server."""

from __future__ import annotations

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE, Process
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from server.net import login_routes
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import PASSWORD, add_members
from tests.kit import port_of, serving
from tests.waiting import WITHIN

pytestmark = pytest.mark.slow

CLIENT: Final = Path(__file__).parent / "clients" / "front_desk.mjs"
NODE: Final = shutil.which("node")


class Lines:
    """What the client says, line by line."""

    def __init__(self, process: Process) -> None:
        assert process.stdout
        self._stdout = process.stdout
        self.said: list[dict[str, Any]] = []

    async def until(self, what: str, **fields: object) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN):
            while line := await self._stdout.readline():
                self.said.append(json.loads(line))
                if self.said[-1]["what"] == what and fields.items() <= self.said[-1].items():
                    return self.said[-1]
        raise AssertionError(f"the client ended without {what}: {[*map(str, self.said)]}")

    def all(self, what: str) -> list[dict[str, Any]]:
        return [line for line in self.said if line["what"] == what]


@pytest.mark.skipif(NODE is None, reason="needs Node: the client in another language is a Node program")
async def test_a_stranger_checks_a_member_in_and_out_over_a_restart(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_routes, "ACCESS_TTL", 1)  # it renews at 80 % of the life that it is told
    process = None
    try:
        async with serving(gym) as server:
            url, port = server.url, port_of(server.url)
            command = [str(NODE), "--experimental-websocket", str(CLIENT), url, "ana", PASSWORD, "7"]
            process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
            client = Lines(process)
            came = await client.until("done", type="check_in")
            await client.until("event", name="check_in_update", status="checked_in")
            await client.until("renewed", success=True)
            head = server.hub.head
        with closing(open_store(gym)) as store:
            add_members(store, [member_row("new", "Somebody New")])  # what the client has to catch up with
        async with serving(gym, port=port):
            await client.until("closed", code=1000)
            async with asyncio.timeout(WITHIN):
                assert (await process.wait(), await process.stderr.read() if process.stderr else b"") == (0, b"")
    finally:
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
    assert [line["role"] for line in client.all("welcome")] == ["staff", "staff"]
    assert [line["resumed"] for line in client.all("resumed")] == ["snapshot", "events"]
    assert [line["code"] for line in client.all("closed")] == [4200, 1000]
    assert len(client.all("draining")) == 1
    done = client.all("done")
    assert [(line["type"], line["ok"]) for line in done] == [("check_in", True), ("check_out", True)]
    sent = [line["id"] for line in client.all("sent")]
    assert sent == [came["id"], done[1]["id"], done[1]["id"]]  # the check-out went twice, with one id
    seqs = [line["seq"] for line in client.all("event")]
    assert seqs == [head, head + 1, head + 2]
    assert [line["name"] for line in client.all("event")] == ["check_in_update", "member_update", "check_in_update"]
    with closing(open_store(gym)) as store:
        [visit] = store.all_visits()
    assert (visit.status, visit.by, visit.desk, visit.command_id) == ("checked_out", "ana", "Node", done[1]["id"])
