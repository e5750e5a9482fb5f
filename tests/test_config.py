"""Settings: flags before the environment before the file before the defaults."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from msgspec.structs import fields

from gymtui import logs
from gymtui.command_table import HELP
from gymtui.config import Config, ConfigError, load, local_timezone, passed_over
from gymtui.preferences import THEMES, Choices, ChoicesFile
from gymtui.programs import desk as console
from gymtui.ui import GymApp
from gymtui.ui.theme import COLOURS


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No file of the person who runs the tests has a say, and files are made as most people make them."""
    before = os.umask(0o022)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield
    os.umask(before)


def test_flags_before_environment_before_file_before_defaults(tmp_path: Path) -> None:
    file = tmp_path / "gymtui.toml"
    file.write_text('port = 1\nhost = "file"\nbatch_ms = 5\n')
    config = load({"port": "3", "host": None}, {"GYMTUI_PORT": "2", "GYMTUI_HOST": "environment", "GYMTUI_GYM": ""})
    assert (config.port, config.host, config.batch_ms, config.gym) == (3, "environment", 5, None)
    assert config.log_level == "info"
    assert load({}, {}) == load({}, {}, file)


def test_the_file_of_this_folder_goes_before_the_persons_own(tmp_path: Path) -> None:
    own = tmp_path / "config" / "gymtui" / "gymtui.toml"
    own.parent.mkdir(parents=True)
    own.write_text('gym = "own"')
    assert load({}, {}).gym == "own"
    (tmp_path / "gymtui.toml").write_text('gym = "here"')
    assert load({}, {}).gym == "here"
    other = tmp_path / "other.toml"
    other.write_text("")
    assert load({}, {}, other).gym is None


@pytest.mark.parametrize("writer", [stat.S_IWGRP, stat.S_IWOTH])
def test_a_file_that_others_may_write_decides_nothing_unless_it_is_named(tmp_path: Path, writer: int) -> None:
    here = tmp_path / "gymtui.toml"
    here.write_text('url = "ws://elsewhere.test/ws/checkins/"')
    here.chmod(0o600 | writer)
    assert load({}, {}).url == Config().url
    assert "others may write it" in (passed_over() or "")
    assert load({}, {}, here).url == "ws://elsewhere.test/ws/checkins/"
    here.chmod(0o644)
    assert load({}, {}).url == "ws://elsewhere.test/ws/checkins/"
    assert passed_over() is None


def test_a_file_of_somebody_else_decides_nothing_and_the_persons_own_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config" / "gymtui" / "gymtui.toml"
    own.parent.mkdir(parents=True)
    own.write_text('gym = "own"')
    monkeypatch.chdir(own.parent)
    monkeypatch.setattr("os.geteuid", lambda: own.stat().st_uid + 1)
    if own.stat().st_uid == 0:  # whose files everybody may trust
        os.chown(own, 1, -1)
    assert load({}, {}).gym is None
    assert "it is somebody else's" in (passed_over() or "")


def test_every_setting_may_come_from_anywhere(tmp_path: Path) -> None:
    values = {"port": "81", "batch_ms": "7", "capacity": "9", "rate": "0.5", "desks": "3", "seed": "-4"}
    values |= {"max_rate": "5", "theme": "paper", "url": "wss://gym.test/ws/checkins/"}
    values |= {
        "allow_cleartext": "true",
        "json": "true",
        "log_json": "1",
        "log_level": "debug",
        "timezone": "Europe/Zurich",
        "database": "postgresql://pool/g",
        "listen_database": "postgresql://db/g",
    }
    values |= {name: f"a {name}" for name in Config.__struct_fields__ if name not in values}
    environment = {f"GYMTUI_{name.upper()}": value for name, value in values.items()}
    file = tmp_path / "all.toml"
    file.write_text("".join(f'{name} = "{value}"\n' for name, value in values.items()))
    assert load(values, {}) == load({}, environment) == load({}, {}, file)
    assert load(values, {}).rate == 0.5
    assert load(values, {}).json is True


def test_what_was_chosen_last_holds_where_nobody_says_otherwise(tmp_path: Path) -> None:
    chosen = Choices(url="wss://last.test/ws/checkins/", user="ana", theme="paper")
    last = load({}, {}, chosen=chosen)
    assert (last.url, last.theme, last.user) == (chosen.url, "paper", None)  # whoever is named has to have said so
    (tmp_path / "gymtui.toml").write_text('theme = "ansi"')
    assert load({}, {}, chosen=chosen).theme == "ansi"
    assert load({}, {"GYMTUI_URL": "ws://here/"}, chosen=chosen).url == "ws://here/"
    assert load({}, {}, chosen=Choices(desk="desk 2")).desk == "desk 2"
    assert load({"desk": "desk 3"}, {}, chosen=Choices(desk="desk 2")).desk == "desk 3"
    with pytest.raises(ConfigError, match="The setting theme cannot be used: Invalid enum value 'pink'"):
        load({"theme": "pink"}, {})


def test_the_desk_of_the_last_start_is_the_desk_of_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "to_file", lambda _: None)
    shown: list[Path] = []
    choices = ChoicesFile(tmp_path)
    console.open_desk(
        tmp_path,
        url="ws://gym.test/",
        user=None,
        desk="desk 2",
        token=None,
        theme="slate",
        keys={},
        choices=choices,
        app=lambda *_, **__: cast(GymApp, SimpleNamespace(show=shown.append)),
    )
    assert len(shown) == 1
    assert load({}, {}, chosen=choices.read()).desk == "desk 2"


def test_choices_are_kept_one_by_one(tmp_path: Path) -> None:
    file = ChoicesFile(tmp_path / "made")
    assert file.read() == Choices()
    file.keep(url="ws://gym.test/", user="ana")
    file.keep(theme="ansi")
    assert file.read() == Choices(url="ws://gym.test/", user="ana", theme="ansi")


@pytest.mark.parametrize("content", [b"{", b'{"theme":"pink"}', b"\xff"])
def test_choices_that_cannot_be_read_are_none_and_may_be_made_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "choices.json").write_bytes(content)
    file = ChoicesFile(tmp_path)
    assert file.read() == Choices()
    assert "choices.json cannot be used" in caplog.text
    file.keep(user="ana")
    assert file.read() == Choices(user="ana")


def test_choices_that_cannot_be_written_are_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    ChoicesFile(tmp_path / "file").keep(theme="paper")
    assert "cannot be written" in caplog.text


def test_the_themes_are_those_of_the_screens() -> None:
    assert tuple(theme.name for theme in COLOURS) == THEMES


def test_every_setting_is_explained() -> None:
    assert set(HELP) >= {field.name for field in fields(Config)}


@pytest.mark.parametrize(
    ("database", "path"),
    [
        ("gym.db", "gym.db"),
        ("/var/gym.db", "/var/gym.db"),
        ("sqlite:///var/gym.db", "/var/gym.db"),
        ("sqlite:////var/gym.db", "/var/gym.db"),
        ("/a folder/ä#?.db", "/a folder/ä#?.db"),
    ],
)
def test_a_database_is_a_path(database: str, path: str) -> None:
    assert load({"database": database}, {}).database == path


def test_the_url_of_a_database_stays_as_it_is() -> None:
    url = "postgresql://ana@db.example.org:5432/gym?sslmode=require"
    assert load({}, {"GYMTUI_DATABASE": url}).database == url


def test_a_database_may_be_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/zoe")
    assert load({"database": "~/gym.db"}, {}).database == "/home/zoe/gym.db"


def test_the_database_of_nobody_who_said_is_in_the_data_folder(tmp_path: Path) -> None:
    assert load({}, {}).database == str(tmp_path / "data" / "gymtui" / "gym.db")


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ({"port": "http"}, "The setting port cannot be used: Expected `int`, got `str`."),
        ({"port": "65536"}, "The setting port cannot be used: Expected `int` <= 65535."),
        ({"batch_ms": "0"}, "The setting batch_ms cannot be used: Expected `int` >= 1."),
        ({"capacity": "0"}, "The setting capacity cannot be used: Expected `int` >= 1."),
        ({"log_level": "loud"}, "The setting log_level cannot be used: Invalid enum value 'loud'."),
        ({"desk": "x" * 65}, "The setting desk cannot be used: Expected `str` of length <= 64."),
        (
            {"database": "mysql://me:secret@host/gym"},
            "The database mysql://… cannot be used here: please name a path, sqlite:///PATH or postgresql://HOST/NAME.",
        ),
        *(
            (
                {"database": database, "listen_database": listened},
                "Only PostgreSQL is listened to: please give both --database and --listen-database its URL.",
            )
            for database, listened in (("gym.db", "postgresql://db/gym"), ("postgresql://db/gym", "gym.db"))
        ),
    ],
)
def test_a_setting_that_cannot_be_is_named(flags: dict[str, str], sentence: str) -> None:
    for flag, environment in ((flags, {}), ({}, {f"GYMTUI_{n.upper()}": v for n, v in flags.items()})):
        with pytest.raises(ConfigError) as caught:
            load(flag, environment)
        assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"prot = 80\nhots = 1", "a.toml has a setting that does not exist: hots, prot."),
        (b"port 80", "a.toml is not a TOML file: Expected '=' after a key"),
        (b'gym = "\xff"', "a.toml is not a TOML file"),
        (b"gym = 7", "The setting gym cannot be used: Expected `str | null`, got `int`."),
        (b"[port]\nx = 1", "The setting port cannot be used: Expected `int`, got `object`."),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: bytes, sentence: str) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        load({}, {}, file)
    assert sentence in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml cannot be read: No such file or directory\."):
        load({}, {}, tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("zone", "name"), [("Europe/Zurich", "Europe/Zurich"), (":UTC", "UTC"), ("../x", "UTC"), ("EST5EDT4", "UTC")]
)
def test_the_time_zone_of_this_machine(monkeypatch: pytest.MonkeyPatch, zone: str, name: str) -> None:
    monkeypatch.setenv("TZ", zone)
    assert local_timezone() == name


@pytest.mark.parametrize("url", ["http://gym.test", "gym.test", "ws://", "nonsense", "ws://[::1", "ws://gym:x/"])
def test_an_address_that_is_no_servers_is_told(url: str) -> None:
    with pytest.raises(ConfigError, match="is not the address of a server: please give ws://HOST:PORT"):
        load({"url": url}, {})
