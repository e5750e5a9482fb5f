"""A code that nobody has may be a PIN or a password: it is in no row, no answer and no file, and known again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from gymtui.client.replica.replica import Replica
from gymtui.codec import encode
from gymtui.protocol import CheckIn, CheckOut, Command, Refusal, UnknownCard
from gymtui.unknown_card import sealed, shape, unknown_card
from server.store.opening import open_store
from server.store.sqlite import file
from server.store.sqlite.schema import MIGRATIONS
from tests.factories import refusal
from tests.sqlite_kit import age_copy, connection_of
from tests.till import Till

PIN, PASSWORD, CARD = "904517", "canary-pass-7f3a91", "7610000000024"


def rows(till: Till) -> list[Refusal]:
    """The refusals of the journal."""
    found = [row for row in till.store.read(0, 1000) if row.type == Refusal.type]
    return [msgspec.json.decode(row.payload, type=Refusal) for row in found]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (CARD, "unknown card …0024"),
        ("ABC-0024", "unknown card …0024"),
        ("1234567", "unknown card"),
        ("4711", "unknown card"),
        (PASSWORD, "unknown card"),
        ("correcthorse", "unknown card"),
        ("secret٣٣٣٣", "unknown card"),
    ],
)
def test_a_hint_is_never_half_of_it(code: str, words: str) -> None:
    assert unknown_card(code).words == words


def test_cards_of_one_kind_have_one_shape() -> None:
    assert shape("AB-1*[") == "AA-0*["
    assert shape("ab-123") == shape("XY-907")
    assert len({shape(code) for code in ("1234", "12345", "123A", "12 4", "Ünal", "Unal")}) == 6
    assert shape("]C1ab-123") == shape(" ab-123")


@pytest.mark.parametrize("kind", [CheckIn, CheckOut])
@pytest.mark.parametrize("typed", [PIN, PASSWORD, CARD])
def test_the_server_keeps_and_tells_no_text_of_it(tmp_path: Path, kind: type[CheckIn | CheckOut], typed: str) -> None:
    till = Till(tmp_path / "gym.db")
    error = till.refused(kind(code=typed), id="same")
    assert (error.code, error.details) == ("unknown_member", {"reason": "nobody here has that number"})
    assert error.message == f"Nobody here has that number: {unknown_card(typed).words}."
    assert till.refused(kind(code=typed), id="same") == error
    [row] = rows(till)
    assert (row.member, row.message, row.reason) == (None, error.message, "nobody here has that number")
    assert isinstance(row.unknown_card, UnknownCard)
    assert row.unknown_card.hint == unknown_card(typed).hint
    assert typed.encode() not in encode(error) + b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_the_same_card_is_known_again_by_whichever_desk_and_no_other_gym(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db")
    told = unknown_card(PASSWORD)
    commands: list[Command] = [
        *(CheckIn(code=PASSWORD), CheckOut(code=PASSWORD)),
        *(CheckIn(unknown_card=told), CheckOut(unknown_card=told), CheckIn(code=PIN)),
    ]
    for command in commands:
        assert till.refused(command).code == "unknown_member"
    *same, other = [row.unknown_card for row in rows(till)]
    assert len(set(same)) == 1
    assert other != same[0]
    assert same[0] != told  # whoever hears of it cannot try out what it may have been
    with closing(open_store(tmp_path / "another.db")) as another:
        keys = {
            connection_of(store).execute("SELECT key FROM card_key").fetchone()[0] for store in (till.store, another)
        }
    assert len({sealed(told, key).digest for key in keys}) == len(keys) == 2


def test_a_card_that_a_desk_does_not_tell_is_one_of_three_names(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db")
    for both in (
        CheckIn(code="1", unknown_card=UnknownCard("d")),
        CheckOut(member_id="m", unknown_card=UnknownCard("d")),
    ):
        assert till.refused(both).code == "invalid"
    assert rows(till) == []


def test_a_refusal_for_another_reason_has_no_card(tmp_path: Path) -> None:
    till = Till(tmp_path / "gym.db")
    till.refused(CheckIn(member_id="nobody"))
    assert [row.unknown_card for row in rows(till)] == [UNSET]


def older(code: str, seq: int) -> Refusal:
    """As an older server has written it."""
    sentence = f"Nobody here has the number {code}."
    return msgspec.structs.replace(refusal(seq, "x"), member=None, code="unknown_member", message=sentence)


def test_what_an_older_server_has_written_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = next(version for version, script in enumerate(MIGRATIONS) if "card_key" in script)
    with monkeypatch.context() as then:
        then.setattr(file, "MIGRATIONS", MIGRATIONS[:before])
        then.setattr(file, "SCHEMA_VERSION", before)
        with closing(open_store(tmp_path / "gym.db")) as store:
            values = (
                2,
                Refusal.type,
                encode(older(f'{PIN}".', 2)),
                encode({"message": f"Nobody here has the number {PIN}."}),
            )
            db, columns = connection_of(store), "seq, type, payload, at, kind, user, command_id, digest, error"
            db.execute(f"INSERT INTO journal ({columns}) VALUES (?, ?, ?, 1, 'check_in', 'ana', 'c', x'', ?)", values)
            db.execute("UPDATE gym SET last_seq = 2")
    with closing(open_store(tmp_path / "gym.db")) as store:
        [row] = [row for row in store.read(0, 9) if row.type == Refusal.type]
        assert msgspec.json.decode(row.payload, type=Refusal).message == "Nobody here has that number."
        found = connection_of(store).execute("SELECT payload, error FROM journal WHERE seq = 2").fetchone()
    assert PIN.encode() not in b"".join(found)


def test_what_an_older_desk_has_kept_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with closing(Replica(path)) as replica:
        replica.apply([older(PIN, 1)], 1)
    age_copy(path, 6)
    with closing(Replica(path)) as replica:
        [event] = replica.visits.recent(9)
    assert isinstance(event, Refusal)
    assert event.message == "Nobody here has that number."
    with closing(sqlite3.connect(path)) as db:
        assert PIN.encode() not in db.execute("SELECT event FROM recent").fetchone()[0]
