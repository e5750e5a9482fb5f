"""What the tests of the client's login share: a server that gives tokens, and a login that asks it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gymtui.client.login.http import Headers
from gymtui.client.login.login import Answer, Login
from tests.client_kit import URL
from tests.factories import NOW

LIFE = 300  # seconds


class Server:
    """Answers `POST /auth/token` and remembers what was asked; `now` is everybody's clock."""

    def __init__(self) -> None:
        self.now = NOW
        self.asked: list[tuple[str, str]] = []
        self.given = 0
        self.answer: Answer | Exception | None = None

    def __call__(self, url: str, headers: Headers) -> Answer:
        self.asked.append((url, headers["Authorization"]))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or self.tokens()

    def tokens(self) -> Answer:
        """The next pair of tokens."""
        self.given += 1
        body = {
            "access_token": f"access-{self.given}",
            "token_type": "Bearer",
            "expires_in": LIFE,
            "refresh_token": f"refresh-{self.given}",
            "user": {"name": "ana", "role": "manager"},
        }
        return Answer(200, msgspec.json.encode(body))

    def login(self, url: str = URL, **options: Any) -> Login:
        """A login that asks this server, by its clock."""
        return Login(url, fetch=self, clock=lambda: self.now, **options)


@pytest.fixture
def server() -> Server:
    """A server that plays the token endpoint."""
    return Server()
