"""The store, whatever its engine: commits, queries, pages, counters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import MAX_PART, CheckIn, Gym, Policy
from server.gym.commands import perform
from server.gym.orders import Order
from server.store import Transaction, User
from server.store.opening import open_store
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import add_members, stored
from tests.till import HOUR, NINE, Till, command


@pytest.fixture
def database(engine: Engine) -> str | Path:
    return engine.database


def spoiled(_: Transaction) -> None:
    raise ZeroDivisionError


def test_a_new_file_is_an_empty_gym(database: str | Path) -> None:
    with closing(open_store(database, now=lambda: NINE)) as store:
        assert store.gym() == Gym(name="Gym", timezone="UTC", capacity=None, policy=Policy(), seq=1)
        assert [(row.seq, row.type) for row in store.read(0, 10)] == [(1, "gym_update")]
        assert (store.head().seq, store.oldest(), store.users()) == (1, 1, {})
        assert UUID(store.epoch()).version == 7
        assert len(next(iter(store.signing_keys().values()))) == 32


def test_a_file_stays_what_it_is(database: str | Path) -> None:
    with closing(Till(database, member_row("1", "Ana")).store) as store:
        before = store.epoch(), store.head(), store.signing_keys(), store.read(0, 10)
    with closing(open_store(database)) as store:
        assert (store.epoch(), store.head(), store.signing_keys(), store.read(0, 10)) == before


def test_a_group_is_one_commit_or_none(database: str | Path) -> None:
    with closing(Till(database, member_row("1", "Ana"), member_row("2", "Ben")).store) as store:
        before = store.head(), store.stats()
        with pytest.raises(ZeroDivisionError):
            store.write([command("1", "a"), spoiled, command("2", "b")])
        assert (store.head(), store.stats()) == before
        outcomes, committed = store.write([command("1", "a"), command("9", "b"), command("2", "c")])
        assert [outcome.error is None for outcome in outcomes] == [True, False, True]
        assert [(row.seq, row.type) for row in committed.rows] == [
            (4, "check_in_update"),
            (5, "refusal"),
            (6, "check_in_update"),
        ]
        assert list(committed.rows) == store.read(3, 10)
        assert (committed.stats, committed.stats.currently_in) == (store.stats(), 2)


def test_the_same_command_twice_in_a_group_is_done_once(database: str | Path) -> None:
    with closing(Till(database, member_row("1", "Ana")).store) as store:
        outcomes, committed = store.write([command("1", "a"), command("1", "a")])
        assert outcomes[1] == replace(outcomes[0], duplicate=True)
        assert len(committed.rows) == 1


# --- queries -----------------------------------------------------------------------------------------------------


@pytest.fixture
def till(database: str | Path) -> Iterator[Till]:
    till = Till(
        database,
        member_row("1", "Zoë O'Neil", phone="+41 44 123 45 67"),
        member_row("2", "Zoltan Neilson"),
        member_row("A-30", "Ana Zoe Müller"),
    )
    yield till
    till.store.close()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("zoe", {"1", "A-30"}),
        ("ZO", {"1", "2", "A-30"}),
        ("neil zo", {"1", "2"}),
        ("oneil", {"1"}),
        ("muan", {"A-30"}),
        ("o'neil", {"1"}),
        ("muller", {"A-30"}),
        ("a-30", {"A-30"}),
        ("4144", {"1"}),
        ("zoe zoe zoe", {"1", "A-30"}),
        ("", set()),
        ("%", set()),
        ("' OR 1=1 --", set()),
        ("\x00", set()),
        (" ".join("abcdefghijklmnopqrstuvwxyz0123456789"), set()),
    ],
)
def test_search(till: Till, text: str, numbers: set[str]) -> None:
    assert {json.loads(found)["membership_number"] for found in till.store.search_members(text, 10)} == numbers


def test_search_gives_no_more_than_asked_for(till: Till) -> None:
    assert len(till.store.search_members("zo", 2)) == 2


def test_a_new_name_is_found_and_the_old_one_is_not(till: Till) -> None:
    add_members(till.store, [member_row("1", "Zoë Abt")])
    assert till.store.search_members("oneil", 10) == []
    assert len(till.store.search_members("abt", 10)) == 1


def test_a_members_card_has_their_last_visits(till: Till) -> None:
    for hour in range(25):
        till.now = NINE + hour * HOUR
        till.check_in()
        till.check_out()
    found = till.store.get_member(stored(till.store, "1").id)
    assert found is not None
    times = [json.loads(visit)["check_in_time"] for visit in found[1]]
    assert times == [clock.to_text(NINE + hour * HOUR) for hour in range(24, 4, -1)]
    assert till.store.get_member("nobody") is None


def test_who_is_present_newest_first_in_pages(till: Till) -> None:
    add_members(till.store, [member_row(f"p{n}", f"P {n}") for n in range(7)])
    for n in range(7):
        till.now += n % 2  # some came in the same millisecond
        till.check_in(f"p{n}")
    seen: list[str] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor is not None:
        page, cursor, seq = till.store.list_present(3, cursor)
        seen += [json.loads(visit)["id"] for visit in page]
        pages += 1
        assert seq == till.seq
    everyone = [json.loads(visit)["id"] for visit in till.store.snapshot().present]
    assert (seen, pages) == (everyone, 3)


def test_the_directory_in_pages(till: Till) -> None:
    first, after, more, seq = till.store.sync_members(0, 2)
    assert (len(first), more, seq) == (2, True, till.seq)
    rest, after, more, _ = till.store.sync_members(after, 2)
    assert (len(rest), after, more) == (1, till.seq, False)
    assert till.store.sync_members(after, 2) == ([], after, False, till.seq)
    assert till.store.sync_members(2**63 - 1, 2) == ([], 2**63 - 1, False, till.seq)


def test_a_page_has_no_more_bytes_than_one_message_may(till: Till) -> None:
    add_members(till.store, [member_row(f"b{n}", f"B {n}", notes="ü" * 1000) for n in range(300)])
    after, more, seen = 0, True, 0
    while more:
        page, after, more, _ = till.store.sync_members(after, 500)
        assert sum(map(len, page)) <= MAX_PART
        seen += len(page)
    assert seen == 303


def test_the_counters_are_of_the_gyms_own_day(database: str | Path) -> None:
    with closing(open_store(database, now=lambda: NINE + 15 * HOUR)) as store:  # midnight in UTC, one o'clock in Zurich

        def work(tx: Transaction) -> None:
            gym = replace(tx.gym, timezone="Europe/Zurich", capacity=80, seq=tx.next_seq)
            tx.put_gym(gym)
            tx.append(gym, kind="configure", user="")

        store.write([work])
        add_members(store, [member_row("1", "Ana")])
        order = Order(
            id="c",
            payload=CheckIn(code="1", occurred_at=clock.to_text(NINE + 14 * HOUR - 1), offline=True),
            user="ana",
            role="staff",
            desk=None,
        )
        store.write([lambda tx: perform(tx, order)])
        stats = store.stats()
        assert (stats.currently_in, stats.today_total, stats.capacity) == (1, 0, 80)


def test_a_user_is_kept_and_counted_as_news(database: str | Path) -> None:
    with closing(open_store(database)) as store:
        version = store.head().users_version
        user = User(name="ana", role="staff", password_hash="x", disabled=True)

        def work(tx: Transaction) -> None:
            tx.put_user(user)

        store.write([work])
        assert store.users() == {"ana": user}
        assert store.head().users_version == version + 1
