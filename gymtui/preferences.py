"""Preferences: what the person chose last (server, user, desk, colours), so that nobody has to again."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gymtui.cards.profile import ReaderProfile
from gymtui.names import folded
from gymtui.private_file import write_private
from gymtui.unreadable import UNREADABLE

logger = logging.getLogger(__name__)

Theme = Literal["slate", "paper", "ansi"]
USERS: Final = 50  # who are known by name
THEMES: Final[tuple[Theme, ...]] = get_args(Theme)


class Choices(Struct, frozen=True, omit_defaults=True):
    """The server and the user of the last login by password, the desk of the last start, and the theme; None where
    nobody has chosen. `users` are those who have logged in here, the last one first; `reader` is how the card reader
    is set, `masked` whether the names on its screen are hidden."""

    url: str | None = None
    user: str | None = None
    desk: str | None = None
    theme: Theme | None = None
    users: tuple[str, ...] = ()
    reader: ReaderProfile | None = None
    masked: bool = False

    @property
    def known(self) -> frozenset[str]:
        """Who has logged in at this machine."""
        return frozenset(filter(None, (*self.users, self.user)))


class ChoicesFile:
    """The choices as `choices.json` in `folder`. A file that cannot be used is a warning in the log, and no choices;
    once there are some, it is kept as `choices.aside`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "choices.json"

    def read(self) -> Choices:
        """What was chosen; all None where there is no file, or none that can be used."""
        return self._read() or Choices()

    def _read(self) -> Choices | None:
        """None where there is something that cannot be used."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Choices)
        except FileNotFoundError:
            return Choices()
        except (OSError, *UNREADABLE) as error:
            logger.warning("%s cannot be used: %s.", self._path, error)
            return None

    def logged_in(self, *, url: str, user: str) -> None:
        """Somebody has logged in there."""
        others = (name for name in self.read().users if folded(name) != folded(user))
        self.keep(url=url, user=user, users=(user, *others)[:USERS])

    def keep(self, **chosen: str | bool | tuple[str, ...] | ReaderProfile | None) -> None:
        """Changes these choices (by name, as in `Choices`), and leaves the others as they were."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            known = self._read()
            if known is None:
                self._path.replace(self._path.with_suffix(".aside"))  # somebody's, whatever it is
            write_private(self._path, msgspec.json.encode(replace(known or Choices(), **chosen)))
        except OSError as error:
            logger.warning("%s cannot be written: %s. What was chosen holds until the end.", self._path, error)
