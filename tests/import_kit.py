"""What tests of an import from a desk share: a messy list, a person who answers, and a way to a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from datetime import date
from pathlib import Path
from typing import Final

from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.login.login import Login
from gymtui.importing.questions import Question
from gymtui.protocol import ImportProgress, Member
from gymtui.ui.importing.errand import Errand, Gym, LetBe
from gymtui.ui.importing.listing import Listing
from server.app import Server
from server.store.opening import open_store
from tests.client_kit import running
from tests.gym_kit import token
from tests.kit import serving
from tests.network_kit import in_a_hurry
from tests.sqlite_kit import connection_of
from tests.waiting import until

TODAY: Final = date(2026, 11, 27)
LIST: Final = """Client ID,First Name,Last Name,Mobile Phone,Status,Expiration Date
900,Ana,Silva,555-0100,Active,31/12/2099
901,Ben,Ode,555-0101,Grandfathered,31/12/2099
902,Cem,Abt,555-0102,Active,31/12/2020
903,,,555-0103,Active,31/12/2099
"""
ANSWERS: Final = {"number on the card": "yes", "Status: grandfathered": "active", "empty cells": "keep"}


def many(count: int) -> str:
    """A list of so many, with nothing to ask but what the others ask."""
    return (
        LIST.partition("\n")[0]
        + "\n"
        + "".join(f"{n},Zoe{n},Zen,,Active,31/12/2099\n" for n in range(1000, 1000 + count))
    )


class Fake:
    """A person who answers by the key of a question, leaves open what is not in `given`, and agrees or does not."""

    def __init__(self, given: Mapping[str, str] = ANSWERS, *, is_willing: bool = True) -> None:
        self.given = given
        self.is_willing = is_willing
        self.asked: list[str] = []
        self.read: list[str] = []
        self.seen: list[ImportProgress] = []
        self.has_stopped = False
        self.stop_at = 0
        self.line: WebSocketService | None = None
        self.wrong: list[str] = []  # columns, by their headings
        self.gone: Callable[[], object] = lambda: None

    async def answers(self, question: Question, number: int) -> str:
        self.asked.append(question.key)
        if (answer := self.given.get(question.key, "")) == "let be":
            raise LetBe
        return answer

    async def agrees(self, listing: Listing) -> str | None:
        self.read = list(listing.lines(80))
        if not self.is_willing:
            raise LetBe
        return self.wrong.pop() if self.wrong else None

    async def agrees_to_undo(self, about: ImportProgress) -> None:
        self.read = [note.sentence for note in about.notes]
        if not self.is_willing:
            raise LetBe

    def sees(self, what: str, progress: ImportProgress) -> None:
        self.seen.append(progress)
        self.has_stopped = 0 < self.stop_at <= progress.behind and not what.startswith("Sending")


@asynccontextmanager
async def at_a_desk(gym: Path, person: Fake, user: str = "mia") -> AsyncIterator[tuple[Errand, Server]]:
    """What that person does over a real connection, and the server at its other end."""
    async with serving(gym) as server:
        login = Login(server.url, token=token(gym, user))
        service = person.line = WebSocketService(server.url, login, Bookmark(), sleep=in_a_hurry)
        async with running(service.run, service.close):
            await until(lambda: service.state.is_live)
            known = Gym(lambda: TODAY, lambda: service.state.is_live)
            yield Errand(service, known, person, lambda: 7), server


def everybody(path: Path) -> dict[str, Member]:
    with closing(open_store(path)) as store:
        return {member.full_name: member for member in store.all_members() if not member.deleted}


def notes(path: Path) -> list[str]:
    """What the journal tells everybody."""
    asked = "SELECT payload ->> '$.message' FROM journal WHERE type = 'notification' ORDER BY seq"
    with closing(open_store(path)) as store:
        return [text for (text,) in connection_of(store).execute(asked)]
