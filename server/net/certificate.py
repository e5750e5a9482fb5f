"""The server's certificate: TLS 1.2 or newer, and read anew while the server runs."""

from __future__ import annotations

import logging
import ssl

from gymtui.errors import GymError

log = logging.getLogger(__name__)


class CertificateError(GymError):
    """The files of a certificate cannot be used."""


class Certificate:
    """A chain and its key, each a PEM file; `context` has what was read last."""

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
        except (OSError, ssl.SSLError) as error:
            sentence = f"The certificate {chain} with the key {key} cannot be used ({error}): please check both files."
            raise CertificateError(sentence) from error
        return context


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
