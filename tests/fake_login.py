"""A login without a server, for the tests of screens."""

from __future__ import annotations

import asyncio

from gymtui.client.login.http import Readiness
from gymtui.protocol import Role


class FakeLogin:
    """Lets in whoever says `open`; `failure` is what it says to others."""

    def __init__(self, user: str | None = "maria") -> None:
        self.user = user
        self.role: Role | None = "staff"
        self.failure: Exception | None = None
        self.tried: list[tuple[str, str]] = []
        self.answers: list[Readiness] = ["ready"]  # one after the other; the last one for good
        self.changed: list[tuple[str, str]] = []
        self.hears = True  # is the server there to hear of a log-out?

    async def readiness(self) -> Readiness:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def log_in(self, user: str, password: str) -> None:
        self.tried.append((user, password))
        if self.failure is not None:
            raise self.failure
        self.user = user

    async def change_password(self, present: str, new: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.changed.append((present, new))

    async def log_out(self) -> None:
        self.user = None

    async def say_over(self) -> bool:
        return self.hears


class SlowLogin(FakeLogin):
    """Answers once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def log_in(self, user: str, password: str) -> None:
        try:
            await super().log_in(user, password)
        finally:
            await self.may_answer.wait()
