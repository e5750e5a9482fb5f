"""Settings of a gym: name, time zone, capacity and policy; a change is a row of the journal."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from gymtui.errors import WrongUsage
from gymtui.protocol import Action, Gym, Policy
from server.store import Transaction, Work

# What a line of a policy may say, where it is not one of the actions.
LINES: Final = {"max_stay_minutes": "a number from 1 to 10,000", "closing_time": 'a time such as "22:00"'}
ACTIONS: Final = " or ".join(f'"{action}"' for action in get_args(Action))


def read_policy(file: Path) -> Policy:
    """The policy in a TOML file, `payment_overdue = "refuse"` a line; what it does not name is as without a file.

    WrongUsage says what is wrong with the file.
    """
    try:
        with file.open("rb") as toml:
            lines = tomllib.load(toml)
    except OSError as error:
        raise WrongUsage(f"{file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{file} is not a TOML file: {error}.") from error
    unknown = set(lines) - set(Policy.__struct_fields__)
    if unknown:
        raise WrongUsage(f"{file} has a line that no policy has: {', '.join(sorted(unknown))}.")
    try:
        return msgspec.convert(lines, Policy)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`")
        raise WrongUsage(f"{file} is no policy: {name} is {LINES.get(name, ACTIONS)}.") from error


def configure(
    *,
    name: str | None,
    timezone: str | None,
    capacity: int | None,
    policy: Policy | None = None,
) -> Work:
    """Work that changes what the gym is called, where its clock is, how many may be in, and its policy; what is None
    stays. WrongUsage, before there is any database to open, where there is no such time zone."""
    if timezone is not None:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError) as error:
            raise WrongUsage(f"There is no time zone {timezone}: please name one such as Europe/Zurich.") from error

    def work(tx: Transaction) -> None:
        gym = Gym(
            name=name or tx.gym.name,
            timezone=timezone or tx.gym.timezone,
            capacity=tx.gym.capacity if capacity is None else capacity,
            policy=policy or tx.gym.policy,
            seq=tx.gym.seq,
        )
        if gym != tx.gym:
            gym = replace(gym, seq=tx.next_seq)
            tx.put_gym(gym)
            tx.append(gym, kind="configure", user="")

    return work
