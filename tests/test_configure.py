"""`configure`: a manager changes the gym's settings, and everyone has them at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gymtui.errors import WrongUsage
from gymtui.protocol import CheckIn, Configure, Configured, Gym, GymFields, Policy
from server.admin import gym as admin
from server.admin.verify import verify
from server.gym.settings_file import as_toml, read_settings
from server.store.opening import open_store
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.till import Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path / "gym.db", {"full_name": "Ana", "membership_number": "1", "payment_overdue": True})
    with closing(till.store):
        yield till


def set_to(till: Till, **fields: Any) -> Gym:
    """The gym after a `configure` that must not fail."""
    outcome = till.give(Configure(gym=GymFields(**fields)), user="mia")
    assert outcome.result is not None, outcome.error
    return msgspec.json.decode(outcome.result, type=Configured).gym


def test_only_what_is_named_changes_and_the_row_has_what_was_before(till: Till) -> None:
    set_to(till, name="Riverside", policy={"closing_time": "22:00"})
    gym = set_to(till, capacity=80, policy={"payment_overdue": "refuse"})
    assert (gym.name, gym.capacity, gym.by, gym.seq) == ("Riverside", 80, "mia", till.seq)
    assert gym.policy == Policy(payment_overdue="refuse", closing_time="22:00")
    assert gym.before == GymFields(capacity=None, policy={"payment_overdue": "warn"})
    assert till.store.gym() == gym


def test_the_next_check_in_is_judged_by_it(till: Till) -> None:
    set_to(till, policy={"payment_overdue": "refuse"})
    assert till.refused(CheckIn(code="1")).code == "payment_overdue"
    set_to(till, policy={"payment_overdue": None})
    assert till.check_in().flags == ("warned",)


def test_what_was_before_takes_it_back(till: Till) -> None:
    first = set_to(till, name="Riverside", capacity=80, policy={"max_stay_minutes": 90, "banned": "warn"})
    assert isinstance(first.before, GymFields)
    back = set_to(till, **{name: getattr(first.before, name) for name in GymFields.__struct_fields__})
    assert (back.name, back.timezone, back.capacity, back.policy) == ("Gym", "UTC", None, Policy())


def test_it_is_done_once_under_its_id(till: Till) -> None:
    asked = Configure(gym=GymFields(capacity=80))
    first = till.give(asked, id="g1", user="mia")
    set_to(till, capacity=90)
    again = till.give(asked, id="g1", user="mia")
    assert (again.result, again.duplicate, till.store.gym().capacity) == (first.result, True, 90)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"timezone": "Europe/Nowhere"}, "That cannot be set: timezone is a time zone such as Europe/Zurich."),
        ({"name": " "}, "That cannot be set: name is a name of 1 to 200 characters."),
        ({"policy": {"towels": "warn"}}, "That cannot be set: there is no towels in a policy."),
        ({"policy": {"banned": "maybe"}}, 'That cannot be set: banned is "allow" or "warn" or "refuse".'),
        (
            {"policy": {"opening_hours": {"mon": "06:00"}}},
            'That cannot be set: opening_hours is hours such as "06:00-22:00" or "closed", '
            "of mon, tue, wed, thu, fri, sat or sun.",
        ),
        (
            {"policy": {"exceptions": {"2026-02-29": "closed"}}},
            'That cannot be set: exceptions is hours such as "06:00-22:00" or "closed", of a day such as 2026-12-24.',
        ),
        (
            {"policy": {"gym_full": "maybe"}},
            'That cannot be set: gym_full is "allow" or "warn" or "ask" or "refuse".',
        ),
        ({"policy": {"day_begins": "04:30"}}, 'That cannot be set: day_begins is a full hour such as "04:00".'),
        ({"policy": {"closing_time": "25:00"}}, 'That cannot be set: closing_time is a time such as "22:00".'),
    ],
)
def test_what_cannot_be_set_is_told_in_words_and_nothing_changes(
    till: Till, fields: dict[str, Any], sentence: str
) -> None:
    before, seq = till.store.gym(), till.seq
    error = till.refused(Configure(gym=GymFields(**{"capacity": 5} | fields)), user="mia")
    assert (error.code, error.message) == ("invalid", sentence)
    assert (till.store.gym(), till.seq) == (before, seq)


async def test_everyone_hears_of_it(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "mia")) as mia,
        Wire.open(server.url, token(gym, "otto")) as otto,
    ):
        await otto.until("connection_status")
        head = server.hub.head
        result = (await mia.ask("configure", {"gym": {"capacity": 40}}))["result"]
        await otto.covers(head + 1)
        assert otto.received[-1]["payload"]["batches"]["gym_update"] == [result["gym"]]
        assert otto.received[-1]["payload"]["batches"]["stats"][-1]["capacity"] == 40


# --- the command line --------------------------------------------------------------------------------------------


def told(database: Path, *settings: str, file: Path | None = None) -> Gym:
    """The gym after `admin gym set`."""
    admin.gym_set(database=str(database), settings=settings, file=file)
    with closing(open_store(database)) as store:
        return store.gym()


def test_settings_are_set_by_name_and_taken_away_by_nothing(gym: Path) -> None:
    after = told(gym, "name=24", "capacity=120", "payment_overdue=refuse", "closing_time = 22:00")
    assert (after.name, after.capacity, after.by) == ("24", 120, "")
    assert after.policy == Policy(payment_overdue="refuse", closing_time="22:00")
    last = told(gym, "capacity=", "closing_time=")
    assert (last.capacity, last.policy) == (None, Policy(payment_overdue="refuse"))
    assert last.before == GymFields(capacity=120, policy={"closing_time": "22:00"})
    verify(database=str(gym))


def test_what_is_set_already_makes_no_row(gym: Path) -> None:
    first = told(gym, "capacity=120")
    assert told(gym, "capacity=120").seq == first.seq


def test_what_is_shown_can_be_set_again(gym: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = told(gym, 'name=Zoë "\\ \x9b', "capacity=120", "max_stay_minutes=180", "banned=warn")
    capsys.readouterr()
    admin.gym_show(database=str(gym))
    file = tmp_path / "shown.toml"
    file.write_text(shown := capsys.readouterr().out)
    assert "\x9b" not in shown
    told(gym, "name=Other", "capacity=", "max_stay_minutes=", "closing_time=23:00", "banned=")
    after = told(gym, file=file)
    assert (after.name, after.capacity, after.policy) == (first.name, first.capacity, first.policy)
    assert as_toml(after) + "\n" == shown


def test_tables_are_set_by_their_lines_and_a_file_has_the_whole_of_them(gym: Path, tmp_path: Path) -> None:
    told(gym, "opening_hours.mon=06:00-22:00", "opening_hours.sun=closed", "exceptions.2026-12-25=closed")
    file = tmp_path / "shown.toml"
    with closing(open_store(gym)) as store:
        file.write_text(as_toml(store.gym()))
    after = told(gym, "opening_hours.sun=", "exceptions.2026-12-24=06:00-14:00")
    assert after.policy.opening_hours == {"mon": "06:00-22:00"}
    assert after.policy.exceptions == {"2026-12-25": "closed", "2026-12-24": "06:00-14:00"}
    again = told(gym, file=file).policy
    assert again.opening_hours == {"mon": "06:00-22:00", "sun": "closed"}
    assert again.exceptions == {"2026-12-25": "closed"}


def test_a_line_goes_before_the_file(gym: Path, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('capacity = 50\nclosing_time = "22:00"\n')
    after = told(gym, "capacity=60", file=file)
    assert (after.capacity, after.policy) == (60, Policy(closing_time="22:00"))
    assert read_settings(file) == GymFields(capacity=50, policy={"closing_time": "22:00"})


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ((), "Nothing is set: please name a setting, such as payment_overdue=refuse, or a file."),
        (("towels",), "towels sets nothing: please write it as payment_overdue=refuse."),
        (("towels=1",), "That cannot be set: there is no towels in a policy."),
        (("banned=1", "banned.x=2"), "banned.x=2 sets nothing: please write it as payment_overdue=refuse."),
        (("capacity=0",), "That cannot be set: capacity is a number from 1 to 1,000,000."),
    ],
)
def test_what_sets_nothing_is_told(gym: Path, settings: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        told(gym, *settings)
    assert str(caught.value) == sentence


async def test_a_server_that_runs_tells_everyone_what_was_set_beside_it(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as otto:
        await otto.until("connection_status")
        head = server.hub.head
        told(gym, "closing_time=22:00")
        await otto.covers(head + 1)
        [update] = otto.received[-1]["payload"]["batches"]["gym_update"]
        assert (update["policy"], update["before"]) == ({"closing_time": "22:00"}, {"policy": {"closing_time": None}})


def test_a_policy_that_knows_more_is_read_as_far_as_it_is_known() -> None:
    newer = b'{"banned":"warn","towels":"refuse","closing_time":"22:00"}'
    assert msgspec.json.decode(newer, type=Policy) == Policy(banned="warn", closing_time="22:00")


def test_a_gym_of_before_is_read_as_it_is() -> None:
    """Rows of earlier servers have neither `by` nor `before`."""
    old = b'{"name":"Gym","timezone":"UTC","capacity":null,"policy":{},"seq":1}'
    assert msgspec.json.encode(msgspec.json.decode(old, type=Gym)) == old
