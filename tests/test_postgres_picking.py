"""Which gym of a PostgreSQL database is meant, how a new one comes to the others, and how each is copied alone."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

import pytest

from gymtui.database_url import gym_of, with_gym
from gymtui.protocol import GymFields
from server.gym.settings import changed, put
from server.store import StoreError, opening
from server.store.opening import begin, gyms, open_store, opened
from tests.factories import member_row
from tests.gym_kit import add_members, name_gym
from tests.pooler_kit import pooled
from tests.postgres_kit import CHAIN, ask, tools
from tests.test_cli import _elsewhere, _logs_as_before, run  # noqa: F401  fixtures
from tests.till import Till

pytestmark = pytest.mark.slow

AT_ONCE = 4


@pytest.fixture
def serves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`gymtui serve` until it would listen; its exit code."""
    monkeypatch.setattr("server.serve.uvloop.run", lambda served: served.close())
    return lambda database, *arguments: run("serve", "--port", "0", "--database", database, *arguments)


def names(url: str) -> list[tuple[str, str, str]]:
    return [(gym.name, gym.called, gym.where) for gym in gyms(url)]


def call(gym: str, name: str) -> None:
    """As a manager does at a desk."""
    with opened(gym, found=True) as store:
        store.write([lambda tx: put(tx, changed(tx.gym, GymFields(name=name)))])


def test_serve_makes_the_gym_that_is_not_there_and_no_other_twice(
    postgres_nothing: str, serves: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Riverside", "St. Gallen", "St Gallen", "東" * 99, "st. gallen "):
        assert serves(postgres_nothing, "--gym", name) == 0
    assert names(postgres_nothing) == [
        ("Riverside", "Riverside", "gymtui"),
        ("東" * 99, "東" * 99, "gymtui_gym"),
        ("St. Gallen", "St. Gallen", "gymtui_st_gallen"),
        ("St Gallen", "St Gallen", "gymtui_st_gallen_2"),
    ]
    assert "St Gallen is a new gym in that database, beside others" in capsys.readouterr().err


def test_one_that_nobody_has_named_takes_the_name_that_it_is_served_by(
    postgres_nothing: str, serves: Callable[..., int]
) -> None:
    with opened(with_gym(postgres_nothing, "Riverside")):  # as `admin users add` does, where the settings say --gym
        pass
    assert names(postgres_nothing) == [("Gym", "Gym", "gymtui")]
    assert serves(postgres_nothing) == 0
    assert serves(postgres_nothing, "--gym", "Riverside") == 0
    assert names(postgres_nothing) == [("Riverside", "Riverside", "gymtui")]


def test_a_gym_from_before_is_known_by_what_it_is_called(postgres_nothing: str, serves: Callable[..., int]) -> None:
    name_gym(postgres_nothing, name="Riverside")
    assert serves(postgres_nothing, "--gym", "Lakeside") == 0
    assert serves(postgres_nothing, "--gym", "Riverside") == 0
    call(with_gym(postgres_nothing, "Riverside"), "Lakeside")  # which is no reason to serve another one
    assert serves(postgres_nothing, "--gym", "Riverside") == 0
    assert names(postgres_nothing) == [
        ("Riverside", "Lakeside", "gymtui"),
        ("Lakeside", "Lakeside", "gymtui_lakeside"),
    ]


def test_a_file_has_one_gym_which_is_called_as_it_is_served(tmp_path: Path, serves: Callable[..., int]) -> None:
    for name in CHAIN:
        assert serves(str(tmp_path / "gym.db"), "--gym", name) == 0
        assert names(str(tmp_path / "gym.db")) == [(name, name, str(tmp_path / "gym.db"))]


def test_who_names_none_or_one_that_is_not_there_is_told_which_there_are(
    postgres_gyms: tuple[str, str], postgres_nothing: str
) -> None:
    url, _ = gym_of(postgres_gyms[0])
    with pytest.raises(StoreError, match=r"please say which, as --gym NAME, .* It has Lakeside, Riverside\."):
        open_store(url)
    for found in (True, False):
        with (
            pytest.raises(StoreError, match=r"no gym Hilltop in that database.* It has Lakeside, Riverside\."),
            opened(with_gym(url, "Hilltop"), found=found),
        ):
            pass
    assert len(gyms(url)) == len(CHAIN)
    with pytest.raises(StoreError, match="There is no gym in that database"), opened(postgres_nothing, found=True):
        pass


def test_two_that_somebody_gave_one_name_are_told_apart_by_their_schemas(postgres_gyms: tuple[str, str]) -> None:
    riverside, lakeside = postgres_gyms
    url, _ = gym_of(riverside)
    ask(url, "COMMENT ON SCHEMA gymtui_lakeside IS 'Riverside'")
    try:
        with pytest.raises(StoreError, match="COMMENT ON SCHEMA gymtui_lakeside IS 'NAME'"):
            open_store(riverside)
    finally:
        ask(url, "COMMENT ON SCHEMA gymtui_lakeside IS 'Lakeside'")
    open_store(lakeside).close()


@pytest.mark.parametrize("others", [(), ("Riverside",)])
def test_servers_that_make_a_gym_at_once_make_one(postgres_nothing: str, others: tuple[str, ...]) -> None:
    for name in others:
        begin(with_gym(postgres_nothing, name))
    together, url = Barrier(AT_ONCE), with_gym(postgres_nothing, "Lakeside")

    def make() -> None:
        together.wait()
        begin(url)
        open_store(url).close()

    threads = [Thread(target=make) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [name for name, _, _ in names(postgres_nothing)] == [*others, "Lakeside"]
    with opened(url) as store:
        assert store.head().seq == 1


def test_a_user_of_the_database_sees_the_gyms_that_are_theirs(postgres_nothing: str) -> None:
    begin(with_gym(postgres_nothing, "Riverside"))
    ask(postgres_nothing, "DROP ROLE IF EXISTS franchise; CREATE ROLE franchise LOGIN")
    ask(postgres_nothing, "CREATE SCHEMA gymtui_lakeside AUTHORIZATION franchise")
    own = postgres_nothing.replace("postgres:@", "franchise@")
    begin(with_gym(own, "Lakeside"))
    open_store(own).close()
    assert names(own) == [("Lakeside", "Gym", "gymtui_lakeside")]
    assert [name for name, _, _ in names(postgres_nothing)] == ["Riverside", "Lakeside"]


def test_every_command_acts_on_the_gym_that_it_is_told(
    postgres_gyms: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GYMTUI_DATABASE", gym_of(postgres_gyms[0])[0])
    Till(postgres_gyms[1], member_row("1", "Ana")).check_in("1")
    assert run("admin", "gym", "set", "capacity=9", "--gym", "lakeside") == 0
    assert run("admin", "backup", "gym.copy", "--gym", "Lakeside") == 1
    assert "--schema=gymtui_lakeside " in capsys.readouterr().err
    assert run("admin", "users", "list") == 1
    assert "It has Lakeside, Riverside." in capsys.readouterr().err
    monkeypatch.setenv("GYMTUI_GYM", "Riverside")
    assert run("admin", "gym", "show") == 0
    assert "capacity = 9" not in capsys.readouterr().out
    call(postgres_gyms[1], "East")
    assert run("admin", "gyms") == 0
    lakeside, riverside = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert (lakeside[:2], lakeside[3]) == (["Lakeside, now called East", "1 in"], "gymtui_lakeside")
    assert (riverside[:2], riverside[3]) == (["Riverside, now called Gym", "0 in"], "gymtui")


def test_a_gym_is_copied_to_others_that_are_served(postgres_nothing: str, tmp_path: Path) -> None:
    riverside, lakeside = (with_gym(postgres_nothing, name) for name in CHAIN)
    begin(riverside)
    with opened(str(tmp_path / "gym.db")) as store:
        add_members(store, [member_row("1", "Ana")])
    with closing(open_store(postgres_nothing)) as served:  # whose server does not say which: it was the only one
        assert run("admin", "copy", "--from", "gym.db", "--to", lakeside) == 0
        with opened(lakeside) as copied:
            assert [member.full_name for member in copied.all_members()] == ["Ana"]
            with pytest.raises(StoreError, match="That gym is in use"):
                opening.copy(tmp_path / "gym.db", lakeside)
        assert list(served.all_members()) == []
    assert run("admin", "copy", "--from", lakeside, "--to", riverside) == 0
    assert [gym.name for gym in gyms(postgres_nothing)] == list(CHAIN)


def test_one_gym_is_dumped_and_restored_beside_others(postgres_gyms: tuple[str, str], tmp_path: Path) -> None:
    url, dump = gym_of(postgres_gyms[0])[0], tmp_path / "dump"
    tills = [Till(gym, member_row("1", "Ana"), member_row("2", "Ben")) for gym in postgres_gyms]
    with pytest.raises(StoreError) as told:
        opening.back_up(postgres_gyms[1], dump)
    line = str(told.value).split("`")[1].replace("FILE", str(dump)).replace("URL", shlex.quote(url))
    for till in tills:
        till.check_in("1")
    subprocess.run([tools() / "pg_dump", *shlex.split(line)[1:]], check=True)
    for till in tills:
        till.check_in("2")
        till.store.close()
    restore = ("--clean", "--if-exists", "--single-transaction", f"--dbname={url}", str(dump))
    subprocess.run([tools() / "pg_restore", *restore], check=True)
    assert [(gym.name, gym.currently_in) for gym in gyms(url)] == [("Riverside", 2), ("Lakeside", 1)]


def test_behind_a_pooler_each_gym_is_found_and_made_too(postgres_nothing: str) -> None:
    with pooled(postgres_nothing) as pooler:
        for name in (*CHAIN, "lakeside"):
            begin(with_gym(pooler, name))
        with closing(Till(with_gym(pooler, "Lakeside"), member_row("1", "Ana")).store):
            assert [gym.where for gym in gyms(pooler)] == ["gymtui", "gymtui_lakeside"]
        assert [gym.changed_at > 0 for gym in gyms(pooler)] == [True, True]
