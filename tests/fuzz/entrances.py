"""The entrances that bytes of others come in by, each as something that takes bytes: it lets out nothing but what is
wrong with us."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Final

import jwt
import msgspec

from gymtui import config
from gymtui.cards.keys import keys_of
from gymtui.cards.profile import ReaderProfile
from gymtui.cards.reading import describe, read
from gymtui.client.errors import Problem
from gymtui.client.login.http import Answer
from gymtui.client.login.login import _claims
from gymtui.client.login.token_file import NoTokenFile, TokenFile, Tokens
from gymtui.client.login.tokens import TokenClient
from gymtui.codec import encode
from gymtui.errors import GymError
from gymtui.importing import plan_file
from gymtui.importing.rows import MembersFileError
from gymtui.keys import keymap
from gymtui.kiosk_lock import KioskLock
from gymtui.preferences import ChoicesFile
from gymtui.programs.cursor import CursorFile
from gymtui.protocol import EVENTS
from gymtui.unreadable import UNREADABLE
from server.admin.deeds import deeds
from server.admin.verify import check
from server.auth.auth import ALGORITHM, BadToken
from server.auth.refresh_tokens import is_ours
from server.gym.settings_file import read_settings
from tests.codec_kit import SERVER_EXAMPLES
from tests.faults.fuzz import readers
from tests.faults.fuzz.mutants import FROM_CLIENTS, FROM_SERVERS, Mutants
from tests.fuzz.pages import Pages, packed
from tests.fuzz.strangers import Strangers
from tests.member_lists_kit import looked
from tests.till import NINE

Entrance = Callable[[bytes], None]

URL: Final = "ws://127.0.0.1:8765/ws/checkins/"
TOKENS: Final = Tokens(
    user="ana", role="staff", access_token="a.b.c", refresh_token="r", renew_at=NINE, ends_at=NINE, since=NINE
)


def requests(data: bytes) -> None:
    """What a client sends."""
    readers.requests(data)


def frames(data: bytes) -> None:
    """What a server sends."""
    readers.frame(data)


def lists(data: bytes) -> None:
    """A list of members: text with a delimiter, markup, a whole workbook."""
    with suppress(MembersFileError):
        looked(data)


def workbooks(data: bytes) -> None:
    """What is in a workbook's parts, in a package that is sound: parts are separated by a line of `--`."""
    lists(packed(data))


def plans(data: bytes) -> None:
    """The plan of an import."""
    with suppress(MembersFileError):
        plan_file.read(data.decode(errors="replace"))


def scans(data: bytes) -> None:
    """How a reader is set, in the first line, and what it types."""
    profile, _, typed = data.partition(b"\n")
    text = typed.decode(errors="replace")
    keys_of(text)
    try:
        reader = msgspec.json.decode(profile, type=ReaderProfile)
    except UNREADABLE:
        return
    describe(reader)
    read(reader, text)


def answers(data: bytes) -> None:
    """What a server says to a login: the status in the first line, then the body."""
    status, _, body = data.partition(b"\n")
    answer = Answer(int(status) if status.isdigit() and len(status) < 4 else 200, body, status.decode(errors="replace"))
    server = TokenClient(URL, lambda _, __: answer, lambda: NINE, NoTokenFile())
    for ask in (
        partial(server.log_in, "ana", "secret"),
        partial(server.renew, TOKENS),
        partial(server.change_password, "ana", "secret", "another"),
    ):
        with suppress(Problem):
            _claims(ask().access_token)
    with suppress(Problem):
        server.log_out("r")


def journal(data: bytes) -> None:
    """Rows of a journal, each a type, a kind and an event, as `verify` and `audit` read them back."""
    pages = Pages(data)
    check(pages)
    with suppress(KeyError, *UNREADABLE):  # of a journal that `verify` finds unsound
        list(deeds(pages.rows()))


@contextmanager
def settings() -> Iterator[Entrance]:
    """`gymtui.toml` with its `[keys]`, and a gym's policy."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gymtui.toml"

        def read(data: bytes) -> None:
            file.write_bytes(data)
            with suppress(GymError):
                config.load({}, {}, file)
            with suppress(GymError):
                keymap(config.keys(file))
            with suppress(GymError):
                read_settings(file)

        yield read


@contextmanager
def files() -> Iterator[Entrance]:
    """The files that a program keeps for itself: what was chosen, logins, a kiosk's lock, a cursor."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        logins, choices, lock = TokenFile(folder, URL), ChoicesFile(folder), KioskLock(folder / "lock")
        kept = (logins._path, logins._ended, logins._device, folder / "choices.json", folder / "lock")
        for file in kept:
            file.touch(0o600)

        def read(data: bytes) -> None:
            for file in kept:
                file.write_bytes(data)
            logins.read()
            logins.ended()
            logins.device()
            choices.read()
            with suppress(GymError):
                lock.check()
            with suppress(GymError):
                CursorFile(folder / "choices.json")

        yield read


@contextmanager
def http() -> Iterator[Entrance]:
    """A connection from its first byte: requests, and frames behind one that upgrades."""
    with Strangers() as strangers:
        yield strangers.come


@contextmanager
def tokens() -> Iterator[Entrance]:
    """Whatever says to be a token; and what a token may say that our own key has signed, its `typ` in a first line."""
    with Strangers() as strangers:
        auth = strangers.server.auth
        key = next(iter(auth.keys.values()))

        def present(data: bytes) -> None:
            text = data.decode(errors="replace")
            assert not is_ours(auth.refresh_key, text)
            _claims(text)
            head, _, claims = data.partition(b"\n")
            headers = {"kid": next(iter(auth.keys)), "typ": head.decode(errors="replace")}
            for token in (text, jwt.api_jws.encode(claims, key, ALGORITHM, headers)):
                with suppress(BadToken):
                    raise AssertionError(f"{auth.admit(token)} came in")

        yield present


def _open(entrance: Entrance) -> Callable[[], AbstractContextManager[Entrance]]:
    """One that needs nothing to be there."""
    return lambda: nullcontext(entrance)


ENTRANCES: Final[dict[str, Callable[[], AbstractContextManager[Entrance]]]] = {
    **{each.__name__: _open(each) for each in (requests, frames, lists, workbooks, plans, scans, answers, journal)},
    **{each.__name__: each for each in (settings, files, http, tokens)},
}

EXAMPLES: Final[dict[str, Sequence[bytes]]] = {
    "requests": FROM_CLIENTS,
    "frames": FROM_SERVERS,
    "journal": [
        b"%b check_in %b" % (message.type.encode(), encode(message))
        for message in SERVER_EXAMPLES
        if message.type in EVENTS
    ],
}


@cache
def _mutants(name: str) -> tuple[Random, Mutants]:
    random = Random()
    return random, Mutants(EXAMPLES.get(name, FROM_CLIENTS), random)


def mutant(name: str, data: bytes, seed: int) -> bytes:
    """These bytes with something wrong in their words, the same for the same seed."""
    random, mutants = _mutants(name)
    random.seed(seed)
    return mutants.of(data)
