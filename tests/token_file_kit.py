"""What the tests of the token file share: a server that takes each refresh token once, and programs of one person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gymtui.client.login.http import Headers
from gymtui.client.login.login import Answer, Login
from gymtui.client.login.token_file import TokenFile, Tokens
from tests.client_kit import URL
from tests.factories import NOW

LIFE = 300_000  # milliseconds of an access token


GRACE = 60_000  # milliseconds in which a used refresh token gives the same successor


class TokenChain:
    """A server that gives tokens as ours does: each refresh token once, and the same successor for a minute."""

    def __init__(self) -> None:
        self.now = NOW
        self.newest = 0
        self.used_at = 0
        self.over = False
        self.lost = 0  # answers that will not arrive
        self.asked: list[str] = []
        self.on_ask: Callable[[], None] = lambda: None

    def __call__(self, url: str, headers: Headers) -> Answer:
        authorization = headers["Authorization"]
        self.asked.append(authorization)
        self.on_ask()
        if authorization.startswith("Basic"):
            self.newest, self.over = self.newest + 100, False
        elif not self._advance(int(authorization.removeprefix("Bearer refresh-"))):
            return Answer(401, b"")
        if self.lost:
            self.lost -= 1
            raise ConnectionResetError
        return self._pair()

    def _advance(self, used: int) -> bool:
        if self.over or not (used == self.newest or (used == self.newest - 1 and self.now - self.used_at <= GRACE)):
            self.over = True
            return False
        if used == self.newest:
            self.newest, self.used_at = self.newest + 1, self.now
        return True

    def _pair(self) -> Answer:
        body = {
            "access_token": f"access-{self.newest}",
            "expires_in": LIFE // 1000,
            "refresh_token": f"refresh-{self.newest}",
            "user": {"name": "ana", "role": "staff"},
        }
        return Answer(200, msgspec.json.encode(body))

    @property
    def renewals(self) -> list[str]:
        """What was asked for with a refresh token."""
        return [asked for asked in self.asked if asked.startswith("Bearer")]


@pytest.fixture
def server() -> TokenChain:
    """A server that gives tokens, and takes each refresh token once."""
    return TokenChain()


@pytest.fixture
def program(server: TokenChain, tmp_path: Path) -> Callable[..., Login]:
    """Another program of the same person; `user` is who it wants to be."""

    def start(user: str | None = "ana", url: str = URL) -> Login:
        return Login(url, user=user, token_file=TokenFile(tmp_path, url), fetch=server, clock=lambda: server.now)

    return start


def tokens(user: str = "ana", **fields: object) -> Tokens:
    """A login as the file keeps it; its tokens end at NOW."""
    known = {"access_token": "a", "refresh_token": "r", "renew_at": NOW, "ends_at": NOW, "since": NOW, "role": "staff"}
    return msgspec.convert({"user": user} | known | fields, Tokens)
