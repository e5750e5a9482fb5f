"""The server's certificate: TLS 1.2 or newer, and read anew while the server runs."""

from __future__ import annotations

import logging
import re
import ssl
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gymtui.errors import GymError

log = logging.getLogger(__name__)


FIRST: Final = re.compile(b"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END ", re.DOTALL)
VERSION: Final = 0xA0  # tags of DER
UTC_TIME: Final = 0x17


class CertificateError(GymError):
    """The files of a certificate cannot be used."""


class Certificate:
    """A chain and its key, each a PEM file; `context` has what was read last, which is good until `ends` (seconds since
    1970)."""

    ends = 0.0

    def __init__(self, chain: str, key: str) -> None:
        self._files = chain, key
        self.context = self._read(_context())

    def reload(self) -> None:
        """Whoever connects from now on gets what is in the files now; where that cannot be used, all stays as it is:
        CertificateError."""
        self._read(_context())
        self._read(self.context)

    def renew(self) -> None:
        """The same, and the log says what became of it."""
        try:
            self.reload()
        except CertificateError as error:
            log.error("%s The one before is used still.", error)
        else:
            log.info("The certificate was read anew.")

    def _read(self, context: ssl.SSLContext) -> ssl.SSLContext:
        chain, key = self._files
        try:
            context.load_cert_chain(chain, key)
            self.ends = _end_of(Path(chain).read_bytes())
        except (OSError, ssl.SSLError) as error:
            sentence = f"The certificate {chain} with the key {key} cannot be used ({error}): please check both files."
            raise CertificateError(sentence) from error
        return context


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _end_of(chain: bytes) -> float:
    """When the first certificate of a chain ends, which OpenSSL has just read: what it says of that it keeps to itself
    until a handshake."""
    found = FIRST.search(chain)
    assert found is not None
    _, certificate = next(_parts(b64decode(found.group(1))))
    fields = [content for tag, content in _parts(next(_parts(certificate))[1]) if tag != VERSION]
    _, (tag, end) = _parts(fields[3])  # behind serial number, algorithm and issuer
    text = datetime.strptime(end.decode(), "%y%m%d%H%M%S%z" if tag == UTC_TIME else "%Y%m%d%H%M%S%z")
    return text.astimezone(UTC).timestamp()


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of what stands there one behind the other."""
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:  # so many bytes of length follow
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        yield tag, der[at : at + length]
        at += length
