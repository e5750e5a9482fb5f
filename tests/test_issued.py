"""Tokens issued by hand: on a list, revoked, and over for good with their user."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.errors import WrongUsage
from server.admin import tokens, users
from server.admin.errors import AdminError
from server.auth import auth
from server.auth.auth import BadToken
from server.store.opening import open_store
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.sqlite_kit import age, connection_of


def listed(gym: Path, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    capsys.readouterr()
    tokens.tokens_list(database=str(gym))
    return [line.split("\t") for line in capsys.readouterr().out.splitlines()]


async def is_good(gym: Path, *access: str) -> list[bool]:
    good = []
    async with serving(gym) as server:
        for each in access:
            try:
                good.append(bool(server.auth.admit(each)))
            except BadToken:
                good.append(False)
    return good


@pytest.mark.usefixtures("quick_watchdog")
async def test_one_of_them_is_revoked_and_its_connection_ends(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tokens.tokens_issue(database=str(gym), name="otto", ttl=3600)
    first = capsys.readouterr().out.strip()
    tokens.tokens_issue(database=str(gym), name="otto", ttl=3600)
    second = capsys.readouterr().out.strip()
    rows = listed(gym, capsys)
    assert [(row[1], clock.to_ms(row[3]) - clock.to_ms(row[2])) for row in rows] == [("otto", 3_600_000)] * 2
    async with serving(gym) as server, Wire.open(server.url, first) as wire:
        await wire.until("connection_status")
        tokens.tokens_revoke(database=str(gym), id=rows[0][0])
        assert await wire.closed() == 4003
    assert await is_good(gym, first, second) == [False, True]
    assert [row[0] for row in listed(gym, capsys)] == [rows[1][0]]
    tokens.tokens_revoke(database=str(gym), name="Otto")
    assert await is_good(gym, second) == [False]
    assert listed(gym, capsys) == []


async def test_a_disabled_user_s_are_over_for_good(gym: Path) -> None:
    access = token(gym, "otto")
    users.users_disable(database=str(gym), name="otto")
    users.users_enable(database=str(gym), name="otto")
    assert await is_good(gym, access, token(gym, "otto"), token(gym, "ana")) == [False, True, True]


async def test_one_belongs_to_whom_it_was_issued_for(gym: Path) -> None:
    with closing(open_store(gym)) as store:
        known = store.users()
        token(gym, "otto")
        [id] = store.issued().tokens
        others = [
            auth.issue(store.signing_keys(), known[name], f"issued:{id}", ttl=60, now=clock.now()) for name in known
        ]
        made_up = auth.issue(store.signing_keys(), known["otto"], f"issued:{clock.new_id()}", ttl=60, now=clock.now())
    assert await is_good(gym, *others, made_up) == [name == "otto" for name in known] + [False]


async def test_those_of_before_there_was_a_list_go_on(gym: Path) -> None:
    """Until they end by themselves, or with their user."""
    before = clock.now() - 60_000
    with closing(open_store(gym)) as store:
        known, keys = store.users(), store.signing_keys()
        old = {
            name: auth.issue(keys, known[name], f"issued:{clock.new_id(before)}", ttl=3600, now=before)
            for name in ("otto", "ana", "ben")
        }
        age(store, 23)
    users.users_disable(database=str(gym), name="ana")
    users.users_enable(database=str(gym), name="ana")
    tokens.tokens_revoke(database=str(gym), name="ben")
    assert await is_good(gym, *old.values()) == [True, False, False]
    with closing(open_store(gym)) as store:
        [(refresh,)] = connection_of(store).execute("SELECT key FROM refresh_key")
        assert refresh == store.refresh_key() == next(iter(keys.values()))  # refresh tokens of before are known
    tokens.keys_rotate(database=str(gym))
    assert await is_good(gym, old["otto"]) == [True]
    tokens.keys_rotate(database=str(gym), now=True)
    assert await is_good(gym, old["otto"]) == [False]


def test_what_cannot_be_revoked(gym: Path) -> None:
    for id, name in ((None, None), ("x", "otto")):
        with pytest.raises(WrongUsage, match="Name one token by its id, or all of a user"):
            tokens.tokens_revoke(database=str(gym), id=id, name=name)
    for id, name in (("x", None), (None, "nobody")):
        with pytest.raises(AdminError, match="no such token: `gymtui admin tokens list`"):
            tokens.tokens_revoke(database=str(gym), id=id, name=name)
