"""Who may come in, who tried, and what became of it: a row of the audit each, and of the tries a line of the log."""

from __future__ import annotations

import configparser
import io
import logging
import re
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gymtui import clock, logs
from server.admin import backup, tokens, trim, users
from server.admin.audit import audit
from server.admin.operator import operator
from server.net.login_watch import ROWS
from server.store.opening import listed, open_store
from tests.gym_kit import PASSWORD
from tests.http_token_kit import Watch, ask, basic, bearer
from tests.kit import serving

NEW = "quite another one"
FILTER = Path(__file__).parent.parent / "docs" / "fail2ban.conf"
HOST = r"(?P<host>(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F:]+)"


def rows(path: Path) -> list[tuple[str, str, str, str, str, int]]:
    """All that is beside the journal, the oldest first."""
    with listed(path) as lists:
        found = lists.accesses(clock.now() + clock.DAY)
        return [(each.what, each.who, each.origin, each.about, each.outcome, each.count) for each in found]


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))


async def test_logins_and_their_ends_are_in_the_audit(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server:
        first = (await ask(server.url, "/auth/token", basic("Ana "))).json["refresh_token"]
        await ask(server.url, "/auth/token", bearer(first))
        watch.now += 100_000
        await ask(server.url, "/auth/token", bearer(first))
        other = (await ask(server.url, "/auth/token", basic("ben"))).json["refresh_token"]
        await ask(server.url, "/auth/logout", bearer(other))
        await ask(server.url, "/auth/password", basic("ben"), "New-Password: bmV3IHBhc3N3b3JkIG9mIGJlbg==")
        for name in ("ana", "ana", "my password, typed in the wrong place"):
            await ask(server.url, "/auth/token", basic(name, "wrong"))
        await server._login_routes.watch.look()
    here = "127.0.0.1"
    assert rows(gym) == [
        ("login", "ana", here, "", "", 1),
        ("login_end", "ana", here, "", "a used refresh token came back", 1),
        ("login", "ben", here, "", "", 1),
        ("logout", "ben", here, "", "", 1),
        ("password", "ben", here, "", "", 1),
        ("login", "ana", here, "", "denied", 2),
        ("login", "nobody here", here, "", "denied", 1),
    ]
    audit(database=str(gym), user="ana")
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition("  ")[2] for line in lines] == [
        "ana, 127.0.0.1: login",
        "ana, 127.0.0.1: login_end, a used refresh token came back",
        "ana, 127.0.0.1: login, denied, 2 times",
    ]


async def test_a_flood_is_a_bounded_number_of_rows(gym: Path) -> None:
    async with serving(gym, now=Watch()) as server:
        watch = server._login_routes.watch
        for number in range(1000):
            watch.note("denied", f"made up {number}", server.auth.source(f"10.0.{number // 10}.1"))
        await watch.look()
        await watch.look()
    found = rows(gym)
    assert len(found) == ROWS + 1
    assert sum(row[-1] for row in found) == 1000
    assert found[-1] == ("login", "nobody here", "many addresses", "", "denied", 1000 - 10 * ROWS)


@pytest.mark.parametrize(
    ("command", "stdin", "row"),
    [
        (
            partial(users.users_add, name="zoë", role="staff", password_stdin=True),
            PASSWORD,
            ("user_add", "zoë", "staff"),
        ),
        (partial(users.users_role, name="Ana", role="manager"), "", ("user_role", "ana", "manager")),
        (partial(users.users_disable, name="ana"), "", ("user_disable", "ana", "")),
        (partial(users.users_enable, name="ana"), "", ("user_enable", "ana", "")),
        (
            partial(users.users_password, name="ana", password_stdin=True),
            "quite another one",
            ("user_password", "ana", ""),
        ),
        (partial(users.users_pin, name="mia", pin_stdin=True), "904517", ("user_pin", "mia", "")),
        (partial(tokens.tokens_issue, name="ana", ttl=60), "", ("token_issue", "ana", "for 60 s")),
        (tokens.keys_rotate, "", ("keys_rotate", "", "")),
    ],
)
def test_each_command_is_in_the_audit_with_who_gave_it_where(
    gym: Path, monkeypatch: pytest.MonkeyPatch, command: Callable[..., None], stdin: str, row: tuple[str, str, str]
) -> None:
    monkeypatch.setenv("LOGNAME", "pat")
    monkeypatch.setattr("socket.gethostname", lambda: "front\x1b-desk")
    typed(monkeypatch, stdin)
    command(database=str(gym))
    what, about, outcome = row
    assert rows(gym) == [(what, "gymtui admin", "pat@front-desk", about, outcome, 1)]


def test_backup_and_restore_are_too(gym: Path, tmp_path: Path) -> None:
    file = tmp_path / "gym.bak"
    backup.backup(database=str(gym), file=file)
    assert rows(gym) == [("backup", "gymtui admin", operator(), "", str(file), 1)]
    backup.restore(database=str(gym), file=file)
    assert rows(gym) == [("restore", "gymtui admin", operator(), "", str(file), 1)]


def test_old_rows_go_with_the_journal_s(gym: Path) -> None:
    tokens.keys_rotate(database=str(gym))
    with closing(open_store(gym)) as store:
        trim.forget(store, clock.now() - clock.DAY)
        assert len(rows(gym)) == 1
        trim.forget(store, clock.now() + 1000)
    assert rows(gym) == []


# --- the log ------------------------------------------------------------------------------------------------------


def failregex() -> re.Pattern[str]:
    """As fail2ban takes it: `<HOST>` is an address, and the time in front of a line may be cut off."""
    parsed = configparser.RawConfigParser()
    parsed.read(FILTER)
    return re.compile(parsed["Definition"]["failregex"].replace("<HOST>", HOST))


async def test_each_try_is_a_line_that_fail2ban_finds(
    gym: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, PASSWORD)
    hostile = 'x" WARNING server.net.login_watch: login refused from 203.0.113.9: denied, nobody here'[:64].replace(
        ":", ";"
    )
    users.users_add(database=str(gym), name=hostile, role="staff", password_stdin=True)
    tried = ["ana"] * 6 + ["nobody", hostile, "a\nb", "\x1b[2J", "eyJ0 token=secret"]
    async with serving(gym, now=Watch()) as server:
        for name in tried:
            await ask(server.url, "/auth/token", basic(name, "wrong"))
    found = [record for record in caplog.records if record.name == "server.net.login_watch"]
    lines = [_formatted(record) for record in found]
    assert len(lines) == len(tried)
    for line in lines:
        for text in (line, line[24:]):  # with its time, and without
            match = failregex().match(text)
            assert match is not None, text
            assert match["host"] == "127.0.0.1"
        assert line.isprintable()
    assert [line.rpartition("127.0.0.1: ")[2] for line in lines[4:7]] == [
        'denied, "ana"',
        'too_many, "ana"',
        "denied, nobody here",
    ]
    assert not any(secret in "".join(lines) for secret in ("wrong", "secret", "eyJ0"))


def test_what_is_no_wrong_password_bans_nobody() -> None:
    head = "2026-11-22 09:00:00,123 WARNING server.net.login_watch: "
    for line in (
        "login refused from 10.0.0.1: busy, nobody here",
        'login refused from nowhere: denied, "10.0.0.1: denied, nobody here"',
        "The database cannot be used: login refused from 10.0.0.1: denied, nobody here",
    ):
        assert failregex().match(head + line) is None


def _formatted(record: logging.LogRecord) -> str:
    """As `gymtui serve` writes it."""
    formatter: Any = logs._Line("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    line: str = formatter.format(record)
    return line
