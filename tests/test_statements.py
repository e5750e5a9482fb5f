"""What a command costs the database: statements, counted, of many commands in one commit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import jwt

from gymtui.protocol import CheckIn, CheckOut, Command, Role
from server.auth.auth import Claims, issue_by_hand
from server.gym.commands import perform
from server.gym.foresight import foreseen
from server.gym.orders import Order
from server.net.entitled import by_right
from server.store import Outcome, Transaction, Work
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import add_members, add_user
from tests.sqlite_kit import connection_of
from tests.till import was_at

MANY = 40
FEW = 20  # however many commands there are


def test_the_commands_of_a_commit_share_what_they_ask_and_what_they_write(tmp_path: Path) -> None:
    store = open_store(tmp_path / "gym.db")
    add_user(store, "ana", "staff")
    store.write([lambda tx: was_at("desk", "ana", tx)])
    add_members(store, [member_row(str(n), f"Name {n}") for n in range(MANY)])
    token = issue_by_hand(store, store.users()["ana"], ttl=3600)
    claims = Claims(user="ana", sid=jwt.decode(token, options={"verify_signature": False})["sid"], expires_at=1 << 40)

    def work(payload: Command, id: str) -> Work:
        def do(tx: Transaction, role: Role) -> Outcome:
            return perform(tx, Order(id=id, payload=payload, user="ana", role=role, desk="desk", connected=None))

        return foreseen(id, payload, by_right(claims, payload, do))

    def said(works: list[Work]) -> Iterator[tuple[str, int]]:
        """What was said to the database, by its first words, and how many times in a row."""
        all_of_it: list[str] = []
        connection_of(store).set_trace_callback(all_of_it.append)
        outcomes, committed = store.write(works)
        connection_of(store).set_trace_callback(None)
        assert [outcome.error for outcome in outcomes] == [None] * MANY
        assert len(committed.rows) == MANY
        for words, alike in groupby(" ".join(one.split()[:3]) for one in all_of_it):
            yield words, len(list(alike))

    for payload_of, into in ((CheckIn, "INSERT INTO visits"), (CheckOut, "UPDATE visits SET")):
        works = [work(payload_of(code=str(n)), f"{payload_of.type} {n}") for n in range(MANY)]
        statements = list(said(works))
        written = [each for each in statements if each[0] in ("INSERT INTO journal", "COMMIT", into)]
        assert written == [("INSERT INTO journal", MANY), (into, MANY), ("COMMIT", 1)]
        assert len(statements) <= FEW
    store.close()
