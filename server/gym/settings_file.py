"""A gym's settings as lines of TOML, as people write them and as `gymtui admin gym show` prints them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import UNSET
from msgspec.structs import asdict, replace

from gymtui.errors import WrongUsage
from gymtui.protocol import Gym, GymFields, Policy
from server.gym.settings import WrongSetting, as_policy, wrong

GYM: Final = ("name", "timezone", "capacity")  # the lines that are none of the policy
NONE: Final = ""  # of a setting that has no value


def read_policy(file: Path) -> Policy:
    """The policy in a TOML file, `payment_overdue = "refuse"` a line; what it does not name is as without a file.

    WrongUsage says what is wrong with the file.
    """
    fields = read_settings(file)
    return Policy() if fields.policy is UNSET else _in_file(file, fields.policy)


def read_settings(file: Path) -> GymFields:
    """What a TOML file sets; WrongUsage as above."""
    try:
        with file.open("rb") as toml:
            lines = tomllib.load(toml)
    except OSError as error:
        raise WrongUsage(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise WrongUsage(f"{file} is not a TOML file: {error}.") from error
    unknown = set(lines) - {*GYM, *Policy.__struct_fields__}
    if unknown:
        raise WrongUsage(f"{file} has a line that no policy has: {', '.join(sorted(unknown))}.")
    try:
        fields = as_fields(lines)
    except WrongSetting as error:
        raise WrongUsage(f"{file} is no policy: {error}.") from error
    _in_file(file, {} if fields.policy is UNSET else fields.policy)
    return fields


def in_place(settings: GymFields, gym: Gym) -> GymFields:
    """The patch where a table that is named is the whole of it: its lines in the gym that are not named go."""
    if settings.policy is UNSET:
        return settings
    known = asdict(gym.policy)
    policy = {
        name: dict.fromkeys(known[name]) | value if isinstance(value, dict) else value
        for name, value in settings.policy.items()
    }
    return replace(settings, policy=policy)


def _in_file(file: Path, lines: Mapping[str, Any]) -> Policy:
    try:
        return as_policy({name: value for name, value in lines.items() if value is not None})
    except WrongSetting as error:
        raise WrongUsage(f"{file} is no policy: {error}.") from error


def as_fields(lines: Mapping[str, Any]) -> GymFields:
    """The patch of these lines, in which an empty text is none. WrongSetting."""
    said = _without_empty(lines)
    policy = {name: value for name, value in said.items() if name not in GYM}
    fields = {name: value for name, value in said.items() if name in GYM} | ({"policy": policy} if policy else {})
    try:
        return msgspec.convert(fields, GymFields)
    except msgspec.ValidationError as error:
        raise wrong(error) from error


def _without_empty(lines: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_empty(value) if isinstance(value, Mapping) else (None if value == NONE else value)
        for name, value in lines.items()
    }


def as_toml(gym: Gym) -> str:
    """All that is in force, a setting a line, as `read_settings` reads it."""
    settings = {name: getattr(gym, name) for name in GYM} | asdict(gym.policy)
    return "\n".join(_lines(settings))


def _lines(settings: Mapping[str, Any]) -> Iterator[str]:
    """Plain values first: what follows a table's heading belongs to the table."""
    tables = {name: value for name, value in settings.items() if isinstance(value, Mapping)}
    for name, value in settings.items():
        if name not in tables:
            yield f"{name} = {_value(value)}"
    for name, table in tables.items():
        yield f"\n[{name}]"
        yield from _lines(table)


def _value(value: object) -> str:
    if isinstance(value, bool | int):
        return str(value).lower()
    return '"' + "".join(map(_character, str(value or NONE))) + '"'


def _character(c: str) -> str:
    """As it is, or as TOML writes what a terminal would obey."""
    if c in '"\\':
        return f"\\{c}"
    return c if c.isprintable() else f"\\U{ord(c):08x}"
