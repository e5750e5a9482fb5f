"""The console ends politely, however it is asked to."""

from __future__ import annotations

import errno
import io
import os
import pty
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from gymtui.ui.shutdown import hangs_up, outlasting_terminal
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, screen_text

pytestmark = pytest.mark.slow

WITHIN = 20.0  # seconds
BURST = 3000  # signals without a pause: what a multiplexer sends as it closes, and some more


# As a shell would start it: the terminal is its own, and says so when it goes.
OWN = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
DEMO = "from gymtui.cli import main; main(['demo'])"


@pytest.mark.parametrize(
    "how", ["terminated", "hung up", "left by a terminal that is another's", "hung up again and again", "told by all"]
)
def test_the_demo_ends_politely_and_leaves_nothing(how: str, tmp_path: Path) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", DEMO if "another" in how else f"{OWN}; {DEMO}"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "TMPDIR": str(tmp_path)},
    )
    try:
        os.close(slave)
        shown = b""
        while b"live" not in shown:
            assert select.select([master], [], [], WITHIN)[0], "it never came up"
            shown += os.read(master, 65536)
        if how == "terminated":
            process.send_signal(signal.SIGTERM)
            while process.poll() is None:  # a terminal that nobody reads would keep what it has to write
                if select.select([master], [], [], 0.1)[0]:
                    with suppress(OSError):  # the other end is closed
                        os.read(master, 65536)
        else:
            for _ in range(BURST if how in ("hung up again and again", "told by all") else 0):
                os.kill(process.pid, signal.SIGHUP)
                if how == "told by all":
                    os.kill(process.pid, signal.SIGTERM)
            os.close(master)
        assert process.wait(WITHIN) == 0
        assert list(tmp_path.iterdir()) == []
    finally:
        process.kill()
        process.wait()
        if how == "terminated":
            os.close(master)


def test_only_a_terminal_that_goes_hangs_up() -> None:
    master, slave = pty.openpty()
    os.close(master)
    assert hangs_up(slave)
    os.close(slave)
    assert not hangs_up(slave)  # one that cannot be watched has not gone


async def test_leaving_closes_the_connection_first() -> None:
    desk = FakeDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert desk.service.calls == ["close"]
    assert app.return_code == 0


@pytest.mark.parametrize("beside", [[], ["f3"], ["f9"], ["f1"]])
async def test_leaving_says_once_what_waits_and_another_key_takes_that_back(beside: list[str]) -> None:
    desk = FakeDesk([ANA])
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.queued = 3
        words = "Ctrl+Q again leaves: 3 queued, kept here, sent when desk 2 is started again"
        await pilot.press(*beside)
        for _ in range(2):
            await pilot.press("ctrl+q")
            await pilot.pause()
            assert words in screen_text(app)
            await pilot.press("f4" if beside == [] else "f1")
            await pilot.pause()
            assert words not in screen_text(app)
        assert desk.service.calls == []
        await pilot.press("ctrl+q", "ctrl+q")
        await pilot.pause()
        assert desk.service.calls == ["close"]
    assert app.return_code == 0


async def test_a_desk_that_has_failed_can_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise OSError("the disk is full")

    desk = FakeDesk([ANA])
    monkeypatch.setattr(desk, "run", fail)
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "✗ stopped" in screen_text(app)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert desk.service.calls == ["close"]
    assert app.return_code == 0


class Gone(io.StringIO):
    """A terminal that takes nothing any more."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, text)

    def flush(self) -> None:
        raise OSError(errno.EIO, "gone")


def test_what_writes_to_a_terminal_outlasts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stderr__", Gone())
    with outlasting_terminal():
        assert sys.__stderr__ is not None
        assert sys.__stderr__.write("words") == 5
        sys.__stderr__.flush()
        assert not sys.__stderr__.isatty()
    assert type(sys.__stderr__).__name__ == "Gone"
