"""What leaves a machine unencrypted is said, where it begins."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path
from typing import cast

import pytest

from gymtui import cleartext
from gymtui.client.login.login import Login
from gymtui.programs.login_prompt import sign_in
from gymtui.ui.screens.login import LoginScreen
from server.app import Server
from server.serve import serve_until_stopped


@pytest.mark.parametrize(
    ("url", "is_said"),
    [
        ("ws://gym.example/ws/checkins/", True),
        ("ws://192.168.1.7:8765/ws/checkins/", True),
        ("wss://gym.example/ws/checkins/", False),
        ("ws://127.0.0.1:8765/ws/checkins/", False),
        ("ws://[::1]:8765/ws/checkins/", False),
        ("ws://localhost:8765/ws/checkins/", False),
    ],
)
def test_a_plain_line_to_another_machine_is_said(
    url: str, is_said: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    sign_in(url, user=None, token="x")  # as `tail` and `simulate` do
    assert ("unencrypted" in capsys.readouterr().err) is is_said
    hints = list(LoginScreen(cast(Login, None), url=url)._hints())
    assert any("unencrypted" in hint for hint in hints) is is_said


@pytest.mark.parametrize(("host", "is_said"), [("0.0.0.0", True), ("127.0.0.1", False), ("localhost", False)])
async def test_a_server_for_other_machines_says_so(
    gym: Path, host: str, is_said: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def listening(_: str) -> None:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)

    with caplog.at_level(logging.WARNING):
        await serve_until_stopped(Server(gym, host=host), listening)
    assert (cleartext.SERVED in caplog.text) is is_said
