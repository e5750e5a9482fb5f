"""How one desk's reader is set, where its texts are not the numbers on file: from what arrives to the code."""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct
from msgspec.structs import asdict

from gymtui.cards import aim
from gymtui.cards.frame import framed
from gymtui.cards.keyboards import LAYOUTS, meant
from gymtui.cards.steps import STEPS, in_words, is_step, taken
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


def read(profile: ReaderProfile, text: str) -> str | None:
    """The code as it is on file, or None: what arrived is no scan of a card from this reader."""
    typed = meant(profile.layout, framed(text), caps_lock=profile.caps_lock)
    if typed is None or not typed.startswith(profile.prefix) or not typed.endswith(profile.suffix):
        return None
    if len(typed) < len(profile.prefix) + len(profile.suffix):
        return None
    code = aim.split(typed.removeprefix(profile.prefix).removesuffix(profile.suffix))[1]
    for step in profile.steps:
        done = taken(step, code)
        if not done:
            return None
        code = done
    return framed(code) or None


def describe(profile: ReaderProfile) -> list[str]:
    """What was understood, a sentence for each thing, for whoever is at the desk."""
    said = []
    if profile.layout != "us":
        said.append(f"The reader types as on a US keyboard, the computer is set to {profile.layout}.")
    if profile.caps_lock:
        said.append("Caps Lock is on while it types.")
    if profile.prefix:
        said.append(f"It puts {profile.prefix!r} in front: a text without that is no card.")
    if profile.suffix:
        said.append(f"It puts {profile.suffix!r} behind: a text without that is no card.")
    said += map(in_words, profile.steps)
    return said or ["The number on file is what arrives."]
