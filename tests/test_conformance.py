"""The conformance kit: everything holds of our server, and it notices a server of which it does not."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from gymtui import codec
from gymtui.protocol import REQUESTS
from server.net import handshake as entrance
from server.net import watchdog
from tests.conformance import __main__ as program
from tests.conformance.contract import play
from tests.conformance.gym import Gym
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import serving

pytestmark = pytest.mark.slow

ROLES = {"--token": "ana", "--operator-token": "otto", "--manager-token": "mia"}


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes many seconds to be noticed takes few."""
    monkeypatch.setattr(entrance, "AUTHENTICATE_WITHIN", 2.0)
    monkeypatch.setattr(watchdog, "PING_EVERY", 0.5)
    monkeypatch.setattr(watchdog, "SILENCE", 2.0)
    monkeypatch.setattr(watchdog, "ROUND", watchdog.EVERY)


@pytest.mark.usefixtures("in_a_hurry")
async def test_all_of_it_holds_of_our_server(tmp_path: Path) -> None:
    path = tmp_path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Name {n}") for n in range(5200)))  # more rows than `resume` replays
    async with serving(path) as server:
        gym = Gym(server.url, [token(path, user) for user in ROLES.values()])
        await gym.look()
        findings = await play(gym, program.whole())
        async with gym.wire() as wire:
            assert (await wire.do("list_present", {}))["present"] == []
    assert [str(finding) for finding in findings if finding.verdict != "holds"] == []
    assert len(findings) == len(program.whole()) + 1 > 60
    assert gym.types >= set(REQUESTS), "a request that no sentence sends"


@pytest.mark.usefixtures("in_a_hurry")
async def test_the_program_says_what_could_not_be_tried(gym: Path) -> None:
    async with serving(gym) as server:
        command = [sys.executable, "-m", "tests.conformance", server.url, "--token", token(gym, "ana")]
        pipe = asyncio.subprocess.PIPE
        root = Path(__file__).parent.parent
        process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, cwd=root)
        out, err = await process.communicate()
    *lines, last = out.decode().splitlines()
    assert [line for line in lines if line.startswith("does not")] == []
    assert (process.returncode, err) == (0, b"")
    assert len(lines) == len(program.whole()) + 1
    assert {line[:13].strip() for line in lines} == {"holds", "not tried"}
    assert any(line.endswith("[needs --operator-token]") for line in lines)
    assert last.split(",")[1] == " 0 do not"


async def test_a_server_with_gaps_is_found_out(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_gaps(payloads: dict[str, list[bytes]], prev_seq: int, seq: int) -> bytes:
        return batch(payloads, prev_seq + 1, seq)

    batch = codec.batch
    monkeypatch.setattr(codec, "batch", with_gaps)
    journal = "After connection_status events are live from its seq, without a gap, each row once, in order."
    envelope = "Unknown fields are ignored, in a message and in its payload."
    async with serving(gym) as server:
        played = Gym(server.url, [token(gym, "ana")])
        await played.look()
        findings = await play(played, {text: program.whole()[text] for text in (journal, envelope)})
    assert [finding.verdict for finding in findings[:2]] == ["does not hold", "holds"]


@pytest.mark.parametrize("answer", [{"success": False, "message": "No."}, {"success": True, "role": "operator"}])
async def test_where_nothing_can_be_tried_it_says_so(answer: object, capsys: pytest.CaptureFixture[str]) -> None:
    async def say_so(connection: ServerConnection) -> None:
        await connection.send(json.dumps({"type": "auth_response", "payload": answer}))
        await connection.wait_closed()

    async with serve(say_so, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        assert await program.run(f"ws://127.0.0.1:{port}/ws/checkins/", "a-token") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Nothing can be tried at ws://127.0.0.1:")
