"""The lock of a kiosk: its PIN, as a hash in a file, so that a kiosk that is started again is locked as before."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from gymtui.errors import GymError
from gymtui.passwords import NO_PIN, PIN
from gymtui.private_file import read_private, write_private
from gymtui.unreadable import UNREADABLE

TRIES: Final = 3  # wrong ones in a row, after which none is taken for a while
REST: Final = 30_000  # milliseconds
SIZE: Final = 1000  # bytes of the file at the most


class KioskLocked(GymError):
    """The file of the lock cannot be read or written."""


class _Kept(Struct, frozen=True):
    salt: bytes
    hash: bytes


class KioskLock:
    """The PIN that leaves the kiosk whose `file` this is."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._wrong = 0
        self._rests_until = 0

    @property
    def is_set(self) -> bool:
        """Has it a PIN already, of a start before this one?"""
        return self._file.exists()

    def set(self, pin: str) -> None:
        """ValueError where that can be no PIN; KioskLocked."""
        if not PIN.fullmatch(pin):
            raise ValueError(f"{NO_PIN}.")
        salt = secrets.token_bytes(16)
        try:
            write_private(self._file, msgspec.json.encode(_Kept(salt, _hash(pin, salt))))
        except OSError as error:
            raise KioskLocked(f"{self._file} cannot be written: {error.strerror}. Please check the folder.") from error

    def opens(self, pin: str, now: int) -> bool:
        """Is that the PIN, at `now` (ms)? Then the lock is gone. After three wrong ones none is, for half a minute."""
        if now < self._rests_until:
            return False
        kept = self._kept()
        if not hmac.compare_digest(kept.hash, _hash(pin, kept.salt)):
            self._wrong += 1
            if self._wrong % TRIES == 0:
                self._rests_until = now + REST
            return False
        self._file.unlink(missing_ok=True)
        return True

    def check(self) -> None:
        """KioskLocked where the file is none that a PIN could open."""
        self._kept()

    def _kept(self) -> _Kept:
        try:
            return msgspec.json.decode(read_private(self._file, SIZE), type=_Kept)
        except (OSError, *UNREADABLE) as error:
            raise KioskLocked(f"{self._file} cannot be read: please remove it, and start the kiosk again.") from error


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1)
