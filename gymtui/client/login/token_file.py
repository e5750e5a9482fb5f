"""The token file: the logins at one server, shared by all programs of one person under a lock, so that one password
serves them all."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from gymtui.errors import GymError
from gymtui.names import known_as
from gymtui.private_file import read_private, write_private
from gymtui.protocol import Role
from gymtui.unreadable import UNREADABLE

logger = logging.getLogger(__name__)

LOCK_WITHIN: Final = 15.0  # seconds; whoever has the lock waits for the server for 10 at most
LOCK_EVERY: Final = 0.05  # seconds between two looks
ENDED: Final = 100  # logins that are over and wait to be told of, at the most
MAX_SIZE: Final = 1024 * 1024  # bytes


class TokenFileBusy(GymError):
    """Another program has the lock, and does not let go."""


class Tokens(Struct, frozen=True, kw_only=True):
    """One login's newest pair of tokens. The access token is renewed at `renew_at` and over at `ends_at`; the person
    logged in at `since` (all ms, by this machine's clock)."""

    user: str
    role: Role
    access_token: str
    refresh_token: str
    renew_at: int
    ends_at: int
    since: int


class _Content(Struct, frozen=True, forbid_unknown_fields=True):
    server: str
    logins: dict[str, Tokens]


class NoTokenFile:
    """Stands in for a `TokenFile` where a login is nobody else's; keeps nothing."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        yield

    def read(self, user: str | None = None) -> Tokens | None:
        return None

    def write(self, tokens: Tokens) -> None:
        """Nothing is kept."""

    def remove(self, user: str) -> None:
        """There is nothing."""

    def end(self, user: str, known: Tokens | None) -> list[str]:
        """There is nobody else who could tell."""
        return [] if known is None else [known.refresh_token]

    def ended(self) -> list[str]:
        return []

    def has_ended(self, refresh_token: str) -> None:
        """Nothing was kept."""

    def device(self) -> str:
        return ""

    def keep_device(self, token: str) -> None:
        """Nothing is kept."""


class TokenFile:
    """The logins at one server, by user, in a file that only its owner may read; no password is in it.

    A refresh token is good once: `read`, ask for its successor and `write` while it is `locked`, and whoever comes
    second finds the first one's successor. Where the file cannot be used a warning is logged, and logins are unshared.

    Args:
        folder: Where the file is, or will be; made where it is not there.
        url: The server's WebSocket; its scheme, host and port name the file.
    """

    def __init__(self, folder: Path, url: str) -> None:
        parts = urlsplit(url)
        self._server = f"{parts.scheme}://{parts.netloc}"
        self._folder = folder
        name = hashlib.sha256(self._server.encode()).hexdigest()[:12]
        self._path = folder / f"session-{name}.json"
        self._ended = folder / f"ended-{name}.json"
        self._device = folder / f"device-{name}.token"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Blocks until no other program has it, and keeps them out.

        Raises:
            TokenFileBusy: Another program has had it for 15 seconds.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            self._warn(error)
            yield
            return
        try:
            _acquire(lock)
            yield
        finally:
            os.close(lock)

    def read(self, user: str | None = None) -> Tokens | None:
        """The login of `user`, however that is typed, or the last one that anybody made; None where there is none."""
        logins = self._logins()
        if user is not None:
            known = known_as(user, logins)
            return None if known is None else logins[known]
        return max(logins.values(), key=lambda tokens: tokens.since, default=None)

    def write(self, tokens: Tokens) -> None:
        """On disk when it returns, and whole whatever happens meanwhile."""
        self._replace(self._logins() | {tokens.user: tokens})

    def remove(self, user: str) -> None:
        """Forgets this user's login."""
        logins = self._logins()
        if logins.pop(user, None) is not None:
            self._replace(logins)

    def end(self, user: str, known: Tokens | None) -> list[str]:
        """Forgets this user's login, there and `known`, and gives its refresh tokens: the server has yet to hear that
        it is over, and whichever program here reaches it tells it. While it is `locked`."""
        both = [tokens.refresh_token for tokens in (known, self.read(user)) if tokens is not None]
        self.remove(user)
        self._keep_ended([*self.ended(), *dict.fromkeys(both)])
        return both

    def ended(self) -> list[str]:
        """Refresh tokens of logins that are over, and of which the server has not heard that."""
        try:
            return msgspec.json.decode(read_private(self._ended, MAX_SIZE), type=list[str])
        except FileNotFoundError:
            return []
        except (OSError, *UNREADABLE) as error:
            logger.warning("%s cannot be used: %s. Logins in it end by themselves within 12 hours.", self._ended, error)
            return []

    def has_ended(self, refresh_token: str) -> None:
        """The server has heard of that one. TokenFileBusy."""
        if refresh_token in self.ended():
            with self.locked():
                self._keep_ended([each for each in self.ended() if each != refresh_token])

    def _keep_ended(self, refresh_tokens: list[str]) -> None:
        try:
            if refresh_tokens:
                write_private(self._ended, msgspec.json.encode(refresh_tokens[-ENDED:]))
            else:
                self._ended.unlink(missing_ok=True)
        except OSError as error:
            logger.warning(
                "%s cannot be written: %s. The logins end by themselves within 12 hours.", self._ended, error
            )

    def device(self) -> str:
        """By what the server knows this machine; empty where it knows it by nothing."""
        try:
            return read_private(self._device, MAX_SIZE).decode("ascii").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            logger.warning("%s cannot be used: %s. The server will not know this machine.", self._device, error)
            return ""

    def keep_device(self, token: str) -> None:
        """On disk when it returns."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._device, token.encode())
        except OSError as error:
            logger.warning("%s cannot be written: %s. The server will not know this machine.", self._device, error)

    def _logins(self) -> dict[str, Tokens]:
        try:
            content = msgspec.json.decode(read_private(self._path, MAX_SIZE), type=_Content)
        except FileNotFoundError:
            return {}
        except (OSError, *UNREADABLE) as error:
            self._warn(error)
            return {}
        if content.server != self._server:
            logger.warning("%s is about another server, and is not used: please log in.", self._path)
            return {}
        return content.logins

    def _replace(self, logins: dict[str, Tokens]) -> None:
        try:
            if logins:
                write_private(self._path, msgspec.json.encode(_Content(self._server, logins)))
            else:
                self._path.unlink()
        except OSError as error:
            self._warn(error)
            with suppress(OSError):  # a token that was used already would end the login of whoever finds it
                self._path.unlink()

    def _warn(self, error: Exception) -> None:
        logger.warning("%s cannot be used: %s. Other programs here will ask for a login.", self._path, error)


def _acquire(lock: int) -> None:
    """Waits in small steps: a program that was stopped with its lock must not stop this one too."""
    deadline = time.monotonic() + LOCK_WITHIN
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise TokenFileBusy("Another program here is renewing the login, and does not get done.") from error
            time.sleep(LOCK_EVERY)
        else:
            return
