"""The way to the server, as far as it goes: its name, its port, TLS, what answers there, its clock, the token."""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from websockets.asyncio.client import connect

from gymtui import certificates, cleartext, clock
from gymtui.client.connection.reconnect import Ended
from gymtui.client.connection.transport import dial
from gymtui.client.errors import Problem, misdirected
from gymtui.client.login.http import LOOK_WITHIN, NO_ANSWER, Answer, address, look_up
from gymtui.doctor.finding import Finding
from gymtui.errors import WrongUsage
from gymtui.protocol import AuthResponse

SOON: Final = 14  # days in which a certificate has to be another
OFF: Final = 2_000  # milliseconds that two clocks may differ
FAR: Final = 5 * 60_000  # milliseconds from which on what a desk says of a time is doubted
SHOWN: Final = 200  # characters of what a server says


class Asked(Struct, frozen=True, kw_only=True):
    """What is known of the server: its WebSocket, and how a program here goes to it."""

    url: str
    token: str | None = None
    ca: str | None = None
    allow_cleartext: bool = False

    @property
    def is_here(self) -> bool:
        """Is it a server of this machine?"""
        return cleartext.is_here(self.url)

    @property
    def is_encrypted(self) -> bool:
        return urlsplit(self.url).scheme == "wss"

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or (443 if self.is_encrypted else 80)

    @property
    def server(self) -> str:
        """What it is called in a sentence: without what may be a secret."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


def look(asked: Asked, now: clock.Clock = clock.now) -> Iterator[Finding]:
    """Step by step; behind one that is bad there is nothing to see."""
    for step in (_trust, _name, _port, _tls):
        finding = step(asked)
        yield finding
        if finding.mark == "bad":
            return
    before, answer, after = now(), _ask(asked), now()
    yield (finding := _server(asked, answer))
    if isinstance(answer, Answer) and answer.date is not None:
        yield from compared(answer.date, before, after)
    if finding.mark != "bad" or (isinstance(answer, Answer) and answer.status == 503):
        yield _token(asked)


def _trust(asked: Asked) -> Finding:
    """Whose certificates; and may what is secret go there at all?"""
    try:
        if asked.ca is not None:
            certificates.trust(asked.ca)
        if not asked.allow_cleartext:
            cleartext.refuse(asked.url)
    except WrongUsage as error:
        return Finding("tls", "bad", str(error))
    if (said := cleartext.warning(asked.url)) is not None:
        return Finding("tls", "look", said)
    if asked.is_encrypted:
        return Finding("tls", "ok", f"Those whom {asked.ca or 'this machine'} trusts are trusted.")
    return Finding("tls", "ok", "The server is on this machine: nothing has to be encrypted.")


def _name(asked: Asked) -> Finding:
    host, port = asked.place
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        sentence = f"{host} is not known here: please check the address and the network."
        return Finding("name", "bad", sentence)
    addresses = dict.fromkeys(str(each[4][0]) for each in found)
    return Finding("name", "ok", f"{host} is {' and '.join(addresses)}.")


def _port(asked: Asked) -> Finding:
    try:
        with closing(socket.create_connection(asked.place, timeout=LOOK_WITHIN)):
            return Finding("port", "ok", f"Somebody answers at {asked.server}.")
    except ConnectionRefusedError:
        return Finding("port", "bad", f"Nobody answers at {asked.server}: is the server running?")
    except TimeoutError:
        return Finding("port", "bad", f"{asked.server} does not answer: please check its firewall and the network.")
    except OSError as error:
        return Finding("port", "bad", f"{asked.server} cannot be reached ({error.strerror}): please check the network.")


def _tls(asked: Asked, now: clock.Clock = clock.now) -> Finding:
    if not asked.is_encrypted:
        return Finding("tls", "ok", "No TLS is spoken, as no wss:// was asked for.")
    context = ssl.create_default_context()
    try:
        with (
            closing(socket.create_connection(asked.place, timeout=LOOK_WITHIN)) as plain,
            closing(context.wrap_socket(plain, server_hostname=asked.place[0])) as encrypted,
        ):
            seen = encrypted.getpeercert() or {}
            spoken = encrypted.version()
    except OSError as error:
        said = certificates.sentence(error, asked.server)
        return Finding("tls", "bad", said or f"{asked.server} breaks TLS off: please check what answers there.")
    days = int(ssl.cert_time_to_seconds(str(seen["notAfter"])) - now() / 1000) // (24 * 3600)
    ends = f"{spoken}; the certificate of {asked.server} ends in {days} days"
    if days < SOON:
        return Finding("tls", "look", f"{ends}: please have it renewed.")
    return Finding("tls", "ok", f"{ends}.")


def _ask(asked: Asked) -> Answer | Exception:
    try:
        return look_up(address(asked.url, "/readyz"))
    except NO_ANSWER as error:
        return error


def _server(asked: Asked, answer: Answer | Exception) -> Finding:
    strange = f"What answers at {asked.server} is no front desk"
    match answer:
        case Answer(status=200):
            return Finding("server", "ok", "It is there, and takes commands.")
        case Answer(status=503):
            said = answer.body.decode(errors="replace").strip()[:SHOWN]
            return Finding("server", "bad", f"It takes no commands just now, and says: {said}")
        case Answer(status=421):
            return Finding("server", "bad", misdirected(asked.server))
        case Answer():
            return Finding("server", "bad", f"{strange} (HTTP {answer.status}): please check the address.")
        case http.client.HTTPException() if not isinstance(answer, ConnectionError):  # that one has hung up
            return Finding("server", "bad", f"{strange}, and speaks no HTTP: please check the address.")
        case _:
            return Finding("server", "bad", f"{asked.server} does not answer: please look whether the server is busy.")


def compared(date: str, before: int, after: int) -> Iterator[Finding]:
    """The server's time, in whole seconds, said between these two of this machine's (ms): what the way explains is no
    difference."""
    try:
        at = round(parsedate_to_datetime(date).timestamp() * 1000)
    except (ValueError, OverflowError):
        return
    off = before - (at + 1000) if before > at + 1000 else min(after - at, 0)
    if abs(off) <= OFF:
        yield Finding("clock", "ok", "This machine's clock and the server's agree.")
        return
    differs = f"This machine's clock is {abs(off) / 1000:,.0f} s {'ahead of' if off > 0 else 'behind'} the server's"
    yield Finding("clock", "bad" if abs(off) >= FAR else "look", f"{differs}: please set the one that is wrong.")


def _token(asked: Asked) -> Finding:
    if asked.token is None:
        return Finding("token", "ok", "None is set, so whoever starts a desk logs in; GYMTUI_TOKEN would be tried.")
    try:
        who = asyncio.run(_greeted(asked.url, asked.token))
    except (Problem, Ended) as error:
        return Finding("token", "bad", str(error))
    return Finding("token", "ok", f"The server takes it: {who.user}, {who.role}, until {who.expires_at}.")


async def _greeted(url: str, token: str) -> AuthResponse:
    transport = await dial(connect, url, token, None)
    try:
        return (await transport.greet())[0]
    finally:
        await transport.hang_up()
