"""`gymtui admin gym`: the settings of the gym; servers that run tell every desk at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gymtui.errors import WrongUsage
from gymtui.protocol import GymFields
from server.gym.settings import WrongSetting, changed, put
from server.gym.settings_file import as_fields, as_toml, in_place, read_settings
from server.store.opening import opened


def gym_show(*, database: str) -> None:
    """What is in force, as TOML that `set` takes back."""
    with opened(database, found=True) as store:
        print(as_toml(store.gym()))


def gym_set(*, database: str, settings: Sequence[str], file: Path | None) -> None:
    """Sets what the file says, and then each `KEY=VALUE`; nothing where one of them cannot be."""
    if not settings and file is None:
        raise WrongUsage("Nothing is set: please name a setting, such as payment_overdue=refuse, or a file.")
    try:
        said, lines = GymFields() if file is None else read_settings(file), as_fields(_lines(settings))
        with opened(database, found=True) as store:
            store.write([lambda tx: put(tx, changed(tx.gym, in_place(said, tx.gym), lines))])
            print(as_toml(store.gym()))
    except WrongSetting as error:
        raise WrongUsage(f"That cannot be set: {error}.") from error


def gym_new_epoch(*, database: str) -> None:
    """Has the servers that run, or the next one, give the journal another epoch."""
    with opened(database, found=True) as store:
        store.write([lambda tx: tx.end_epoch()])
    print("Every desk takes the gym up anew, and tells again what it did in the last 24 hours.")


def _lines(settings: Sequence[str]) -> dict[str, Any]:
    """`closing_time=22:00` as TOML has it, and `table.name=value` too."""
    lines: dict[str, Any] = {}
    for setting in settings:
        path, found, value = (part.strip() for part in setting.partition("="))
        table, _, name = path.rpartition(".")
        inner = lines.setdefault(table, {}) if table else lines
        if not found or not isinstance(inner, dict):
            raise WrongUsage(f"{setting} sets nothing: please write it as payment_overdue=refuse.")
        is_number = re.fullmatch("[0-9]{1,18}", value) is not None and name != "name"
        inner[name] = int(value) if is_number else value
    return lines
