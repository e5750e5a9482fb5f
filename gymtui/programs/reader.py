"""`gymtui reader`: what is kept of this machine's card reader; a prefix and a suffix by hand (`:reader` learns)."""

from __future__ import annotations

from msgspec.structs import replace

from gymtui.cards.profile import ReaderProfile
from gymtui.cards.reading import describe
from gymtui.config import data_folder
from gymtui.preferences import ChoicesFile
from gymtui.printable import printable
from gymtui.programs import arrived


def run(*, prefix: str | None, suffix: str | None, forget: bool, watch: bool) -> None:
    """Says how scans are understood here, once that is changed as it was asked; then shows what arrives, if asked."""
    choices = ChoicesFile(data_folder())
    before = choices.read().reader
    profile = (None if forget else before) or ReaderProfile()
    if prefix is not None:
        profile = replace(profile, prefix=prefix)
    if suffix is not None:
        profile = replace(profile, suffix=suffix)
    after = None if profile == ReaderProfile() else profile
    if after != before:
        choices.keep(reader=after)
        print("Desks that are started from now on know it.")
    for sentence in describe(profile):
        print(printable(sentence))
    if watch:
        arrived.watch(after)
