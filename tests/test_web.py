"""`gymtui web`: where it listens, whom it hears, and what a window finds and leaves. With a real browser it is tried by
`python -m tests.browser`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica
from gymtui.errors import GymError, WrongUsage
from gymtui.programs import web
from gymtui.programs.desk import file_of
from gymtui.programs.web_window import clear, free_name
from server.net.origins import Origins
from tests.factories import NOW
from tests.http_token_kit import ask, ask_raw

URL = "ws://gym.test/ws/checkins/"
SAYS_WHICH = """
import sys
said = sys.argv[-1].encode()
print("__GANGLION__", flush=True)
sys.stdout.buffer.write(b"D" + len(said).to_bytes(4, "big") + said)
sys.stdout.flush()
sys.stdin.read()
"""


def run(listen: str, **reached: str | None) -> None:
    web.run(url=URL, desk="web", theme="slate", keys={}, listen=listen, window=None, **reached)


@pytest.mark.parametrize(
    ("listen", "words"),
    [
        ("0.0.0.0:8766", "--tls-cert and --tls-key"),
        ("frontdesk.local:8766", "--tls-cert and --tls-key"),
        ("8766", "--listen HOST:PORT"),
        ("127.0.0.1:70000", "--listen HOST:PORT"),
    ],
)
def test_where_it_may_not_listen_is_said(listen: str, words: str) -> None:
    with pytest.raises(WrongUsage, match=words):
        run(listen)


def test_without_its_part_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    with pytest.raises(GymError, match=r"pip install 'gymtui\[web\]'"):
        run("127.0.0.1:0")


@asynccontextmanager
async def pages() -> AsyncIterator[str]:
    """Where they are; each window says which it is, and ends with its page."""
    aiohttp = pytest.importorskip("aiohttp.web")
    pytest.importorskip("textual_serve")
    runner = aiohttp.AppRunner(web.pages([sys.executable, "-c", SAYS_WHICH], Origins()), shutdown_timeout=1.0)
    await runner.setup()
    try:
        await aiohttp.TCPSite(runner, "127.0.0.1", 0).start()
        yield "ws://{}:{}/".format(*runner.addresses[0])
    finally:
        await runner.cleanup()


async def test_a_page_is_for_this_server_alone() -> None:
    async with pages() as url:
        answer = await ask(url, "/", "Connection: close", method="GET")
        assert (answer.status, answer.headers["content-security-policy"]) == (200, "frame-ancestors 'none'")
        assert "textual-terminal" in answer.body
        assert (await ask(url, "/static/js/textual.js", "Connection: close", method="GET")).status == 200
        elsewhere = b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n"
        assert (await ask_raw(url, elsewhere)).status == 403
        with pytest.raises(InvalidStatus, match="403"):
            async with connect(f"{url}ws", origin="https://elsewhere.example", proxy=None):  # type: ignore[arg-type]
                pass


async def test_each_window_has_a_number_which_the_next_one_gets_once_it_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web, "MOST", 2)
    async with pages() as url, connect(f"{url}ws", proxy=None) as first:
        assert await first.recv() == b"1"
        async with connect(f"{url}ws", proxy=None) as second:
            assert await second.recv() == b"2"
            with pytest.raises(InvalidStatus, match="503"):
                async with connect(f"{url}ws", proxy=None):
                    pass
        await first.close()
        with pytest.raises(ConnectionClosed):
            await second.recv()


# --- what a window finds, and leaves ---------------------------------------------------------------------------------


def copy(folder: Path, desk: str, *commands: str) -> Path:
    """Of a desk that was there, with these in its queue."""
    file = file_of(folder, URL, desk)
    with closing(Replica(file)) as replica:
        for id in commands:
            row = Outgoing(id=id, kind="check_in", payload=b"{}", member_id=None, at=NOW, state="waiting", reason=None)
            replica.outbox.add(row)
    return file


def test_nothing_stays_of_a_window_but_what_waits_to_be_sent(tmp_path: Path) -> None:
    sent, waits, taken = copy(tmp_path, "web 1"), copy(tmp_path, "web 2", "c1"), file_of(tmp_path, URL, "web 3")
    with closing(Replica(taken)):
        clear(tmp_path)
        assert sorted(tmp_path.glob("desk-*.db")) == sorted([waits, taken])
    assert not list(tmp_path.glob(f"{sent.stem}.db*"))


def test_a_window_begins_under_a_name_of_which_nothing_is_left(tmp_path: Path) -> None:
    copy(tmp_path, "web 2", "c1")
    assert [free_name(tmp_path, URL, "web", number) for number in (1, 2)] == ["web 1", "web 102"]
