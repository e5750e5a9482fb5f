"""A list of another program and its plan: a look, answers as a person writes them, an import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gymtui.errors import WrongUsage
from gymtui.importing.beside import plan_path
from server.admin import members
from server.store.opening import open_store

LIST = """Client ID,First Name,Last Name,Mobile Phone,Status,Expiration Date
100,Ana,Silva,555-0100,Active,31/12/2099
101,Ben,Ode,555-0101,Grandfathered,31/12/2099
102,Cem,Abt,555-0102,Active,31/12/2020
103,,,555-0103,Active,31/12/2099
"""


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "gym" / "gym.db")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "clients.csv"
    file.write_text(LIST, encoding="utf-8")
    return file


@pytest.fixture
def plan(file: Path) -> Path:
    return plan_path(file)


@pytest.fixture(autouse=True)
def _nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no terminal, unless a test says that there is."""
    monkeypatch.setattr("sys.stdin", None)
    monkeypatch.setattr(members, "ask_at_terminal", lambda: None)


def take(database: str, file: Path, *, apply: bool = True, strict: bool = False) -> None:
    members.members_import(database=database, file=file, strict=strict, apply=apply)


def answer(plan: Path, key: str, said: str) -> None:
    """Writes an answer into the plan, as a person does in an editor."""
    head, question, tail = plan.read_text().partition(f'key = "{key}"')
    assert question
    plan.write_text(head + question + tail.replace('answer = ""', f'answer = "{said}"', 1))


def planned(database: str, file: Path, plan: Path) -> None:
    """A look, and its questions answered."""
    with pytest.raises(WrongUsage):
        take(database, file, apply=False)
    answer(plan, "number on the card", "yes")
    answer(plan, "Status: grandfathered", "active")


def stored(database: str) -> Iterator[tuple[str, str | None, str, str | None]]:
    with closing(open_store(database)) as store:
        for member in store.all_members():
            yield member.full_name, member.membership_number, member.status, member.valid_until
