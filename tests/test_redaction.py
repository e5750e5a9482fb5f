"""What is taken out of a line of the log: secrets, and whatever a terminal would obey."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Final

import pytest

from gymtui import logs
from gymtui.logs import redact
from tests.log_kit import logged

PASSWORD: Final = "canary-pass-7f3a91"
PIN: Final = "730915264481"
JWT: Final = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2VjcmV0LXNpZ25hdHVyZQ"


@pytest.mark.parametrize(
    ("line", "redacted"),
    [
        (f"< GET /ws/checkins/?token={JWT}&desk=Front HTTP/1.1", "< GET /ws/checkins/?token=…&desk=Front HTTP/1.1"),
        (f"?desk=1&token={JWT}", "?desk=1&token=…"),
        ("< Authorization: Basic YW5hOnB3 and more", "< Authorization:…"),
        ("< authorization: Bearer x.y", "< authorization:…"),
        ("Authorization: secret-without-scheme", "Authorization:…"),
        ("{'Authorization': 'Bearer x'}", "{'Authorization':…"),
        ('{"pin":"4711","x":1}', '{"pin":…,"x":1}'),
        ('{"pin": 4711, "x": 1}', '{"pin": …, "x": 1}'),
        ('{"password":"a\\"b","x":1}', '{"password":…,"x":1}'),
        ('{"access_token":"a","refresh_token":"b"}', '{"access_token":…,"refresh_token":…}'),
        ("Override(reason='x', manager='mia', pin='4711')", "Override(reason='x', manager='mia', pin=…)"),
        ("{'password': 'x', 'a': 1}", "{'password': …, 'a': 1}"),
        ('"token":"cut sho', '"token":…'),
        (f"somewhere {JWT} in a line", "somewhere … in a line"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdW...bmF0dXJl", "…"),
        ("""< TEXT '{"type":"check_in","payload":{"code...n":"4711"}}}' [121 bytes]""", "< TEXT … [121 bytes]"),
        ("> TEXT 'x' [1 byte, continued]", "> TEXT … [1 byte, continued]"),
        ('< CONT \'n":"4711"\' [9 bytes]', "< CONT … [9 bytes]"),
        ("< BINARY 34 37 31 31 [text, 4 bytes]", "< BINARY … [text, 4 bytes]"),
        ("< CLOSE 1000 (OK) bye [5 bytes]", "< CLOSE 1000 (OK) bye [5 bytes]"),
        ("This token has expired: please log in again.", "This token has expired: please log in again."),
        ("Too many wrong PINs: please wait 20 seconds.", "Too many wrong PINs: please wait 20 seconds."),
        ("session 1 of ana ended: received 4003", "session 1 of ana ended: received 4003"),
    ],
)
def test_a_line(line: str, redacted: str) -> None:
    assert redact(line) == redacted


@pytest.mark.parametrize("as_json", [True, False])
def test_every_handler_redacts_arguments_and_traces(as_json: bool, tmp_path: Path) -> None:
    with logged(as_json=as_json) as stream:
        log = logging.getLogger("websockets.server")
        log.debug("< GET /ws/checkins/?token=%s HTTP/1.1", JWT)
        try:
            raise ValueError(f'{{"pin":"{PIN}"}}')
        except ValueError:
            log.exception("failed with pin=%s", PIN)
        logs.to_file(tmp_path / "desk.log")
        log.debug("%s", {"password": PASSWORD})
        for handler in logging.getLogger().handlers:
            handler.close()
    said = stream.getvalue() + (tmp_path / "desk.log").read_text()
    assert "Traceback" in said
    assert "/ws/checkins/?token=" in said
    for secret in (JWT, JWT.rpartition(".")[2], PIN, PASSWORD):
        assert secret not in said
    if as_json:
        lines = [json.loads(line) for line in said.splitlines()]
        assert [line["level"] for line in lines] == ["debug", "error", "debug"]
        assert "ValueError" in lines[1]["trace"]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_line_is_one_line_and_nothing_a_terminal_obeys(as_json: bool) -> None:
    with logged(as_json=as_json) as stream:
        logging.getLogger("server").info("ended: %s", "\x1b[31mred\x07\x9b2J\n2026 CRITICAL fake\u202e\x7f")
    assert not any(c in stream.getvalue() for c in "\x1b\x07\x9b\u202e\x7f")
    assert len(stream.getvalue().splitlines()) == 1


def test_no_line_of_a_trace_begins_as_a_line_of_the_log() -> None:
    with logged(as_json=False) as stream:
        try:
            raise ValueError("no\n2026-11-22 09:00:00,000 WARNING server.net.login_watch: fake\x1b[2J")
        except ValueError:
            logging.getLogger("server").exception("failed")
    _, *trace = stream.getvalue().splitlines()
    assert len(trace) > 3
    assert all(line.startswith("    | ") for line in trace)
    assert "\x1b" not in stream.getvalue()
