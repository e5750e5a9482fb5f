"""An address where nobody can listen: the sentence names the setting that has to be another."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from server.app import Server, ServerError
from server.net.bind_errors import reason
from server.store import StoreUnavailable
from server.store.sqlite.file import lock
from tests.kit import port_of, serving


@pytest.mark.parametrize("host", ["300.1.1.1", "192.0.2.1", "2001:db8::1", "no.such.host.invalid", "a..b", "x" * 70])
async def test_an_address_that_this_machine_does_not_have(tmp_path: Path, host: str) -> None:
    with pytest.raises(ServerError) as caught:
        async with Server(tmp_path / "gym.db", host=host):
            pass
    assert str(caught.value) == (
        f"This machine has no address {host} to listen on: please choose another --host, "
        "127.0.0.1 for this machine alone or 0.0.0.0 for its whole network."
    )


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    async with serving(tmp_path / "one.db") as first:
        port = port_of(first.url)
        with pytest.raises(ServerError, match=rf"listens on 127\.0\.0\.1:{port} already.*another --port\.$"):
            async with Server(tmp_path / "two.db", port=port):
                pass


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EACCES, "Listening on port 80 takes the rights of an administrator: please choose a --port above 1023."),
        (errno.EMFILE, "Nobody can listen on 127.0.0.1:80 ([Errno 24] Too many open files): please choose another"),
    ],
)
def test_what_else_the_system_says(code: int, words: str) -> None:
    assert reason("127.0.0.1", 80, OSError(code, os.strerror(code))).startswith(words)


async def test_a_server_that_cannot_start_leaves_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailable("Not now.")

    path = tmp_path / "gym.db"
    monkeypatch.setattr("server.app.Auth", fail)
    with pytest.raises(StoreUnavailable, match="Not now"):
        async with Server(path):
            pass
    os.close(lock(path, alone=True))
    assert "writer" not in {thread.name for thread in threading.enumerate()}
