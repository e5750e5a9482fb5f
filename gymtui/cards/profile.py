"""How one desk's reader is set, where its texts are not the numbers on file."""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct
from msgspec.structs import asdict

from gymtui.protocol import Gym, Reader


class ReaderProfile(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is undone, in this order: the layout of the computer's keyboard and its Caps Lock, what the reader puts in
    front and behind, then `steps`, one after the other; a step is its name in `STEPS` and what that needs. The
    symbology identifier is dropped by itself. A ValueError where a layout or a step is none."""

    prefix: str = ""
    suffix: str = ""
    layout: str = "us"
    caps_lock: bool = False
    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        from gymtui.cards.keyboards import LAYOUTS  # noqa: PLC0415  each program reads preferences, few have a profile
        from gymtui.cards.steps import STEPS, is_step  # noqa: PLC0415

        if self.layout not in LAYOUTS:
            raise ValueError(f"no keyboard is called {self.layout!r}; there are {', '.join(LAYOUTS)}")
        for step in self.steps:
            if not is_step(step):
                raise ValueError(f"a profile has no step {step!r}; there are {', '.join(STEPS)}")


def profile_of(reader: Reader) -> ReaderProfile:
    """The profile of a reader that the gym shares; ValueError as above."""
    return ReaderProfile(
        prefix=reader.prefix,
        suffix=reader.suffix,
        layout=reader.layout,
        caps_lock=reader.caps_lock,
        steps=reader.steps,
    )


def shared(name: str, profile: ReaderProfile) -> Reader:
    """The same under a name, for the gym."""
    return Reader(name=name, **asdict(profile))


def of_gym(gym: Gym | None) -> dict[str, ReaderProfile]:
    """The readers that a gym shares, by name, its default first; without those that this program does not know."""
    found: dict[str, ReaderProfile] = {}
    for reader in sorted((gym.readers if gym else None) or (), key=lambda reader: not reader.is_default):
        with suppress(ValueError):
            found[reader.name] = profile_of(reader)
    return found
