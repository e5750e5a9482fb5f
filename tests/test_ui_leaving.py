"""The console ends politely, however it is asked to."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

WITHIN = 20.0  # seconds


# As a shell would start it: the terminal is its own, and says so when it goes.
IN_A_TERMINAL = (
    "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from gymtui.cli import main; main(['demo'])"
)


@pytest.mark.parametrize("how", ["terminated", "hung up"])
def test_the_demo_ends_politely_and_leaves_nothing(how: str, tmp_path: Path) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL],
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
            while select.select([master], [], [], 0.1)[0] and process.poll() is None:
                os.read(master, 65536)
        else:
            os.close(master)
        assert process.wait(WITHIN) == 0
        assert list(tmp_path.iterdir()) == []
    finally:
        process.kill()
        process.wait()
        if how == "terminated":
            os.close(master)
