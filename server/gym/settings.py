"""Settings of a gym: name, time zone, capacity and policy. They are changed by a patch, and a change is a row of the
journal that has what was there before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET
from msgspec.structs import asdict, replace

from gymtui.errors import WrongUsage
from gymtui.protocol import Action, AfterLogOut, CardCheck, CardKind, Gym, GymFields, Policy, PrivateField
from server.gym.cards import alike_with
from server.store import Transaction, Work

SIGHT: Final = f'"nothing", "everything", or some of {", ".join(get_args(PrivateField))}, with commas between them'

# What a setting may be, where it is not one of the actions.
LINES: Final = {
    "name": "a name of 1 to 200 characters",
    "timezone": "a time zone such as Europe/Zurich",
    "capacity": "a number from 1 to 1,000,000",
    "max_stay_minutes": "a number from 1 to 10,000",
    "closing_time": 'a time such as "22:00"',
    "gym_full": '"allow" or "warn" or "ask" or "refuse"',
    "expired_grace_days": "a number of days from 0 to 365",
    "overdue_grace_days": "a number of days from 0 to 365",
    "day_begins": 'a full hour such as "04:00"',
    "opening_hours": 'hours such as "06:00-22:00" or "closed", of mon, tue, wed, thu, fri, sat or sun',
    "exceptions": 'hours such as "06:00-22:00" or "closed", of a day such as 2026-12-24',
    "card_check": " or ".join(f'"{check}"' for check in get_args(CardCheck)),
    "override_reasons": 'reasons with ; between them, such as "renews today; our mistake"',
    "card_kind": " or ".join(f'"{kind}"' for kind in get_args(CardKind)),
    "staff_sees": SIGHT,
    "operator_sees": SIGHT,
    "after_log_out": " or ".join(f'"{choice}"' for choice in get_args(AfterLogOut)),
}
ACTIONS: Final = " or ".join(f'"{action}"' for action in get_args(Action))


class WrongSetting(Exception):
    """A line that cannot be set, and what it may be: `closing_time is a time such as "22:00"`."""


def changed(gym: Gym, *patches: GymFields) -> Gym:
    """The gym by patches, one after the other, with what was before; its `seq` is still the old one. WrongSetting."""
    after = gym
    for patch in patches:
        after = _patched(after, patch)
    return _beside(gym, after)


def _patched(gym: Gym, patch: GymFields) -> Gym:
    named = {name: value for name, value in asdict(patch).items() if name != "policy" and value is not UNSET}
    if not named.get("name", "-").strip():
        raise WrongSetting(f"name is {LINES['name']}")
    check_timezone(named.get("timezone", "UTC"))
    policy = gym.policy if patch.policy is UNSET else as_policy(merged(asdict(gym.policy), patch.policy))
    return replace(gym, **named, policy=policy)


def merged(lines: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The lines by a JSON merge patch (RFC 7386)."""
    kept = {name: value for name, value in lines.items() if name not in patch}
    return kept | {
        name: merged(lines.get(name) or {}, value) if isinstance(value, Mapping) else value
        for name, value in patch.items()
        if value is not None
    }


def as_policy(lines: Mapping[str, Any]) -> Policy:
    """The policy of these lines; WrongSetting."""
    unknown = set(lines) - set(Policy.__struct_fields__)
    if unknown:
        raise WrongSetting(f"there is no {', '.join(sorted(unknown))} in a policy")
    try:
        policy = msgspec.convert(lines, Policy)
    except msgspec.ValidationError as error:
        raise wrong(error) from error
    try:
        any(map(date.fromisoformat, policy.exceptions))
    except ValueError as error:
        raise WrongSetting(f"exceptions is {LINES['exceptions']}") from error
    return policy


def wrong(error: msgspec.ValidationError) -> WrongSetting:
    """Which line it was, in words."""
    name = str(error).rpartition("$.")[2].rstrip("`").partition("[")[0]
    return WrongSetting(f"{name} is {LINES.get(name, ACTIONS)}")


def check_timezone(name: str) -> None:
    """WrongSetting where there is no such time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise WrongSetting(f"timezone is {LINES['timezone']}") from error


def configure(
    *,
    name: str | None = None,
    timezone: str | None = None,
    capacity: int | None = None,
    policy: Policy | None = None,
) -> Work:
    """Work that changes what the gym is called, where its clock is, how many may be in, and its policy; what is None
    stays. WrongUsage, before there is any database to open, where there is no such time zone."""
    try:
        check_timezone(timezone or "UTC")
    except WrongSetting as error:
        raise WrongUsage(f"There is no time zone {timezone}: please name one such as Europe/Zurich.") from error

    def work(tx: Transaction) -> None:
        gym = replace(
            tx.gym,
            name=name or tx.gym.name,
            timezone=timezone or tx.gym.timezone,
            capacity=tx.gym.capacity if capacity is None else capacity,
            policy=policy or tx.gym.policy,
        )
        try:
            put(tx, _beside(tx.gym, gym))
        except WrongSetting as error:
            raise WrongUsage(f"That cannot be set: {error}.") from error

    return work


def put(tx: Transaction, gym: Gym) -> None:
    """Keeps a change that nobody has given as a command; none where everything is as it was. WrongSetting."""
    if gym.before != GymFields():
        refuse_alike(tx, gym)
        gym = replace(gym, by="", seq=tx.next_seq)
        tx.put_gym(gym)
        tx.append(gym, kind="configure", user="")


def refuse_alike(tx: Transaction, gym: Gym) -> None:
    """WrongSetting where the check character of the gym that is to be makes cards of two people one."""
    check = gym.policy.card_check
    if check not in (None, tx.gym.policy.card_check) and (alike := alike_with(tx, check)) is not None:
        raise WrongSetting(f"with card_check {check} no reader tells these cards apart: {alike}")


def _beside(before: Gym, after: Gym) -> Gym:
    lines = _differing(before.policy, after.policy, Policy.__struct_fields__)
    fields = _differing(before, after, ("name", "timezone", "capacity")) | ({"policy": lines} if lines else {})
    return replace(after, before=GymFields(**fields))


def _differing(before: Gym | Policy, after: Gym | Policy, names: tuple[str, ...]) -> dict[str, Any]:
    """What was there before of what is something else after."""
    return {name: getattr(before, name) for name in names if getattr(before, name) != getattr(after, name)}
