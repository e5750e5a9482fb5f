"""From what one desk's reader sends to the code on file, and its profile in words."""

from __future__ import annotations

from gymtui.cards import aim
from gymtui.cards.frame import framed
from gymtui.cards.keyboards import meant
from gymtui.cards.profile import ReaderProfile
from gymtui.cards.steps import in_words, taken


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
