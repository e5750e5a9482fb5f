"""What a gym is: its name, its clock, its rules."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gymtui.errors import WrongUsage
from gymtui.protocol import Gym, GymFields, Policy
from server.gym.settings_file import read_policy
from server.store.opening import open_store
from tests.gym_kit import name_gym


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "gym.db"


def test_the_gym_is_named_once(path: Path) -> None:
    name_gym(path, name="Zoë's", timezone="Europe/Zurich", capacity=80)
    with closing(open_store(path)) as store:
        before = GymFields(name="Gym", timezone="UTC", capacity=None)
        gym = Gym(name="Zoë's", timezone="Europe/Zurich", capacity=80, policy=Policy(), by="", before=before, seq=2)
        assert store.gym() == gym
        name_gym(path, name=None, timezone=None, capacity=None)
        name_gym(path, name="Zoë's", timezone=None, capacity=80)
        assert (store.gym(), store.head().seq) == (gym, 2)
        name_gym(path, name=None, timezone=None, capacity=90)
        assert (store.gym().capacity, store.gym().seq, store.gym().name) == (90, 3, "Zoë's")


@pytest.mark.parametrize("timezone", ["Europe/Nowhere", "../../etc/passwd", "/etc/localtime", "x\x00y", "Europe"])
def test_a_time_zone_that_is_none(path: Path, timezone: str) -> None:
    with pytest.raises(WrongUsage, match="There is no time zone"):
        name_gym(path, name=None, timezone=timezone, capacity=None)
    assert not path.exists()


# --- the policy --------------------------------------------------------------------------------------------------


def test_a_policy_file_names_what_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('payment_overdue = "refuse"\nclosing_time = "22:30"\n')
    assert read_policy(file) == Policy(payment_overdue="refuse", closing_time="22:30")
    file.write_text('closing_time = "24:00"\n')
    assert read_policy(file) == Policy(closing_time="24:00")


ACTIONS = '"allow" or "warn" or "refuse"'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('towels = "refuse"', "has a line that no policy has: towels."),
        ('banned = "maybe"', f"is no policy: banned is {ACTIONS}."),
        ("banned = 1", f"is no policy: banned is {ACTIONS}."),
        ("[waiver_missing]", f"is no policy: waiver_missing is {ACTIONS}."),
        ('closing_time = "24:01"', 'is no policy: closing_time is a time such as "22:00".'),
        ('closing_time = "25:00"', 'is no policy: closing_time is a time such as "22:00".'),
        ("closing_time = 22:00:00", 'is no policy: closing_time is a time such as "22:00".'),
        ("closing_time = 22", 'is no policy: closing_time is a time such as "22:00".'),
        ("max_stay_minutes = 0", "is no policy: max_stay_minutes is a number from 1 to 10,000."),
        ("max_stay_minutes = 10001", "is no policy: max_stay_minutes is a number from 1 to 10,000."),
        ('max_stay_minutes = "180"', "is no policy: max_stay_minutes is a number from 1 to 10,000."),
    ],
)
def test_a_line_that_no_policy_has_is_told_in_words(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text)
    with pytest.raises(WrongUsage) as caught:
        read_policy(file)
    assert str(caught.value) == f"{file} {sentence}"


@pytest.mark.parametrize("text", [b"banned", b'banned = "\xff"', b"closing_time = 22:00"])
def test_a_file_that_is_no_toml(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(text)
    with pytest.raises(WrongUsage, match=r"policy\.toml is not a TOML file: "):
        read_policy(file)


def test_a_policy_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"none\.toml cannot be read: No such file or directory\."):
        read_policy(tmp_path / "none.toml")
