"""What a command costs the database: statements, counted, of many commands in one commit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import jwt

from gymtui.protocol import CheckIn, CheckOut, Command, Role
from server.auth.auth import Claims, issue_by_hand
from server.gym.commands import perform
from server.gym.orders import Order
from server.net.entitled import by_right
from server.store import Outcome, Transaction, Work
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import add_members, add_user
from tests.sqlite_kit import connection_of
from tests.till import was_at

MANY = 40


def test_each_command_of_a_commit_costs_its_own_rows_and_few_questions(tmp_path: Path) -> None:
    store = open_store(tmp_path / "gym.db")
    add_user(store, "ana", "staff")
    store.write([lambda tx: was_at("desk", "ana", tx)])
    add_members(store, [member_row(str(n), f"Name {n}") for n in range(MANY)])
    token = issue_by_hand(store, store.users()["ana"], ttl=3600)
    claims = Claims(user="ana", sid=jwt.decode(token, options={"verify_signature": False})["sid"], expires_at=1 << 40)

    def work(payload: Command, id: str) -> Work:
        def do(tx: Transaction, role: Role) -> Outcome:
            return perform(tx, Order(id=id, payload=payload, user="ana", role=role, desk="desk", connected=None))

        return by_right(claims, payload, do)

    def statements(works: list[Work]) -> tuple[Counter[str], int]:
        said: list[str] = []
        connection_of(store).set_trace_callback(said.append)
        outcomes, committed = store.write(works)
        connection_of(store).set_trace_callback(None)
        assert [outcome.error for outcome in outcomes] == [None] * MANY
        assert len(committed.rows) == MANY
        return Counter(" ".join(one.split()[:3]) for one in said), sum(one.startswith("SELECT") for one in said)

    for in_or_out in (CheckIn, CheckOut):
        works = [work(in_or_out(code=str(n)), f"{in_or_out.type} {n}") for n in range(MANY)]
        said, questions = statements(works)
        assert said["COMMIT"] == 1
        assert said["INSERT INTO journal"] == said["INSERT INTO visits"] == MANY
        # Has it been done before, whose is the card, which visit is open; and once, who asks.
        assert 3 * MANY <= questions <= 3 * MANY + 20
    store.close()
