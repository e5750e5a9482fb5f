"""Where a gym's database is: what of it may be printed, and how a gym of several is named in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymtui.config import load
from gymtui.database_url import gym_of, has_password, shown, with_gym


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of the person who runs the tests has a say."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("database", "printed", "is_secret"),
    [
        ("/a:b@c.db", "/a:b@c.db", False),
        ("postgresql://db:5432/gym?sslmode=require", "postgresql://db:5432/gym", False),
        ("postgresql://ana@db/gym", "postgresql://ana@db/gym", False),
        ("postgresql://ana:secret@db/gym", "postgresql://ana@db/gym", True),
        ("postgres://ana:s:ec/r?et@h@db/gym", "postgres://ana@db/gym", True),
        ("postgresql://one,two:5433/gym?user=ana&password=secret", "postgresql://one,two:5433/gym", True),
        ("postgresql://db/gym?password=sec@ret#and", "postgresql://db/gym", True),
        ("postgresql://ana:sec#ret@db/gym#Z%C3%BCri?password=sec#ret", "postgresql://ana@db/gym#Züri", True),
    ],
)
def test_no_password_of_a_database_is_printed(database: str, printed: str, is_secret: bool) -> None:
    assert (shown(database), has_password(database)) == (printed, is_secret)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db/gym",
        "postgresql:///gym?host=/run/postgresql",
        "postgresql://ana:se#c?ret@one,two:5433/gym?password=sec@ret#and&sslmode=require",
    ],
)
@pytest.mark.parametrize("name", ["Riverside", "Zoë's #1 @ home", "a/b?c%41", " 東京 "])
def test_the_gym_of_a_database_goes_with_its_url_and_comes_off_again(url: str, name: str) -> None:
    database = load({"database": url, "gym": name}, {}).database
    assert gym_of(database) == (url, name.strip())
    assert gym_of(with_gym(database, "Lakeside")) == (url, "Lakeside")
    again = load({"database": database, "listen_database": "postgresql://itself/gym"}, {})
    assert again.gym == name.strip()
    assert gym_of(again.listen_database or "") == ("postgresql://itself/gym", name.strip())
    assert gym_of(load({"database": database, "gym": "Lakeside"}, {}).database) == (url, "Lakeside")


def test_a_file_is_a_gym_whatever_that_is_called() -> None:
    for path in ("/gym#1.db", "/gym.db"):
        assert (gym_of(path), load({"database": path, "gym": "Riverside"}, {}).database) == ((path, None), path)
