"""The gym's settings as a manager reads and types them: a row each, what is typed to narrow them, which is chosen.
Pure, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any, Final, get_args

from msgspec import Struct
from msgspec.structs import replace

from gymtui import rules
from gymtui.gym_day import WEEKDAYS
from gymtui.protocol import Action, AfterLogOut, CardCheck, CardKind, Crowding, Gym, GymFields, PrivateField
from gymtui.search.folding import words
from gymtui.typed_day import typed_day

NONE: Final = "none"  # what is typed to take a setting away
ACTIONS: Final = get_args(Action)
DONE: Final[dict[str, str]] = {"allow": "let in", "warn": "let in, with a warning", "ask": "ask", "refuse": "refuse"}
NUMBERS: Final = ("capacity", "expired_grace_days", "overdue_grace_days", "guests_a_day", "max_stay_minutes")
HOURS: Final = 'hours such as "06:00-22:00", or "closed"'
NEW_DAY: Final = "exceptions"

# What each line of the policy is called here, in the order of the screen.
REASONS: Final[dict[str, str]] = {
    "gym_full": "When the gym is full",
    "gym_closed": "When the gym is closed",
    "banned": "Somebody who is banned",
    "member_inactive": "A membership not active",
    "membership_expired": "A membership that has expired",
    "membership_frozen": "A membership that is frozen",
    "no_visits_left": "No visits left",
    "payment_overdue": "A payment that is overdue",
    "waiver_missing": "A waiver not signed",
    "outside_hours": "Outside the member's hours",
}
CARDS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "card_check": ("A card's check character", (*get_args(CardCheck), NONE)),
    "card_kind": ("What the cards are", (*get_args(CardKind), NONE)),
}
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Setting(Struct, frozen=True, kw_only=True):
    """One of them: `value` is what would be typed for it, `words` how it is read, `hint` what it may be; `first` is
    suggested before anything is typed."""

    key: str
    label: str
    value: str
    words: str
    hint: str
    choices: tuple[str, ...] = ()
    first: str = ""

    def offers(self, text: str) -> str:
        """What Enter will do with a text that was suggested."""
        return f"Enter sets {text}, in place of {self.value}"

    def objection(self, text: str) -> str | None:
        """Why this cannot be what was meant; the server looks at the rest."""
        if self.key in NUMBERS and text != NONE and not (text.isascii() and text.isdigit()):
            return "that is no number"
        if self.choices and text not in self.choices:
            return "that is none of them"
        if self.key == NEW_DAY:
            try:
                _exception(text)
            except ValueError as error:
                return str(error)
        return None

    def patch(self, text: str) -> GymFields:
        """What the server is asked."""
        value: Any = None if text == NONE else int(text) if self.key in NUMBERS else text
        if self.key == NEW_DAY:
            return GymFields(policy={self.key: _exception(text)})
        if self.key in ("name", "timezone", "capacity"):
            return GymFields(**{self.key: value})
        table, _, line = self.key.partition(".")
        return GymFields(policy={table: {line: value} if line else value})


class Settings(Struct, frozen=True, kw_only=True, dict=True):
    """`chosen` is the key of a row, and stays with it as the gym changes."""

    all: tuple[Setting, ...] = ()
    text: str = ""
    chosen: str | None = None

    @cached_property
    def rows(self) -> tuple[Setting, ...]:
        """Those whose label has words that begin as typed."""
        typed = words(self.text)
        return tuple(s for s in self.all if all(any(w.startswith(t) for w in words(s.label)) for t in typed))

    @cached_property
    def index(self) -> int | None:
        return next((n for n, setting in enumerate(self.rows) if setting.key == self.chosen), None)

    @property
    def pick(self) -> Setting | None:
        """The chosen one, or the only one that was typed for."""
        rows = self.rows
        if self.index is not None:
            return rows[self.index]
        return rows[0] if self.text and len(rows) == 1 else None

    def named(self, key: str) -> Setting | None:
        return next((setting for setting in self.all if setting.key == key), None)

    def moved(self, step: int) -> Settings:
        """Down from the box is the first row, up from the first row is the box again."""
        row, rows = (-1 if self.index is None else self.index) + step, self.rows
        return replace(self, chosen=rows[min(row, len(rows) - 1)].key if row >= 0 and rows else None)


def settings_of(gym: Gym) -> tuple[Setting, ...]:
    """All of them."""
    return (*_of_gym(gym), *_of_reasons(gym), *_of_times(gym), *_of_days(gym), *_of_cards(gym), *_of_desk(gym))


def _of_gym(gym: Gym) -> Iterator[Setting]:
    capacity = "" if gym.capacity is None else str(gym.capacity)
    yield _setting("name", "Name of the gym", gym.name, "a name")
    yield _setting("timezone", "Time zone", gym.timezone, "a time zone such as Europe/Zurich")
    yield _setting("capacity", "How many may be in", capacity, f"a number, or {NONE}", "any number")


def _of_desk(gym: Gym) -> Iterator[Setting]:
    hint = f"reasons with ; between them, or {NONE}"
    yield _setting(
        "override_reasons", "Reasons of an override", gym.policy.override_reasons or "", hint, "the usual ones"
    )
    hint = f"nothing, everything, or some of {', '.join(get_args(PrivateField))}"
    yield _setting("staff_sees", "What staff see of members", gym.policy.staff_sees, hint)
    yield _setting("operator_sees", "What operators see of members", gym.policy.operator_sees, hint)
    choices, value = get_args(AfterLogOut), gym.policy.after_log_out
    yield Setting(
        key="after_log_out",
        label="Copies at desks after a log-out",
        value=value,
        words={"keep": "kept", "wipe": "wiped"}[value],
        hint=" or ".join(choices),
        choices=choices,
    )


def _of_reasons(gym: Gym) -> Iterator[Setting]:
    for key, label in REASONS.items():
        choices: tuple[Crowding, ...] = get_args(Crowding) if key == "gym_full" else ACTIONS
        value = getattr(gym.policy, key)
        hint = ", ".join(choices[:-1]) + f" or {choices[-1]}"
        yield Setting(key=key, label=label, value=value, words=DONE[value], hint=hint, choices=choices)


def _of_times(gym: Gym) -> Iterator[Setting]:
    policy = gym.policy
    for key, label in (
        ("expired_grace_days", "Days of grace after its end"),
        ("overdue_grace_days", "Days of grace for a payment"),
    ):
        yield _setting(key, label, str(getattr(policy, key)), "a number of days up to 365")
    guests = "" if policy.guests_a_day is None else str(policy.guests_a_day)
    yield _setting("guests_a_day", "Guests that staff take a day", guests, f"a number, or {NONE}", "any number")
    stay = "" if policy.max_stay_minutes is None else str(policy.max_stay_minutes)
    yield _setting("max_stay_minutes", "Longest stay, in minutes", stay, f"a number, or {NONE}", "any time")
    closing = f"a time such as 22:00, or {NONE}"
    yield _setting("closing_time", "Closing time", policy.closing_time or "", closing, "by the opening hours")
    yield _setting("day_begins", "A new day begins at", policy.day_begins, "a full hour such as 04:00")


def _of_days(gym: Gym) -> Iterator[Setting]:
    policy = gym.policy
    for key, label in zip(WEEKDAYS, DAYS, strict=True):
        hours = policy.opening_hours.get(key, "")
        yield _setting(f"opening_hours.{key}", f"Open on {label}", hours, f"{HOURS}, or {NONE}", "all day")
    for day, hours in sorted(policy.exceptions.items()):
        yield _setting(f"exceptions.{day}", f"Open on {_day(day)}", hours, f"{HOURS}, or {NONE}")
    hint = "a day and its hours: 24 Dec 2026 06:00-14:00, or 25 Dec 2026 closed"
    yield _setting(NEW_DAY, "Open on another day", "", hint, "as on its weekday")


def _day(text: str) -> str:
    """`24 Dec 2026`; as it is where it is no day."""
    try:
        return rules.day(date.fromisoformat(text), date.min)
    except ValueError:
        return text


def _exception(text: str) -> dict[str, str]:
    """A day, with its year, and its hours; ValueError."""
    day, _, hours = text.strip().rpartition(" ")
    if not day:
        raise ValueError("that is no day with its hours")
    return {typed_day(day).isoformat(): hours}


def _setting(key: str, label: str, value: str, hint: str, nothing: str = "") -> Setting:
    return Setting(key=key, label=label, value=value, words=value or nothing, hint=hint)


def _of_cards(gym: Gym) -> Iterator[Setting]:
    for key, (label, choices) in CARDS.items():
        value = getattr(gym.policy, key) or ""
        hint = ", ".join(choices[:-1]) + f" or {choices[-1]}"
        yield Setting(key=key, label=label, value=value, words=value or "none", hint=hint, choices=choices)
