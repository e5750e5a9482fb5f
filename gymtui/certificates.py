"""Whose certificates a program trusts, and what is wrong with one, as a sentence with a next step."""

from __future__ import annotations

import os
import ssl
from typing import Final
from urllib.error import URLError

from gymtui.errors import WrongUsage

NOT_YET: Final = 9  # OpenSSL's numbers for what is wrong with a certificate
EXPIRED: Final = 10
OTHERS: Final = (62, 64)  # a name, an address


def trust(file: str) -> None:
    """This program trusts the authorities in that file, from its first connection on. WrongUsage: none are there."""
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        raise WrongUsage(f"{file} has no certificate to trust: please name the authority's PEM file.") from error
    os.environ["SSL_CERT_FILE"] = file  # where OpenSSL looks, whoever connects


def sentence(error: BaseException, server: str) -> str | None:
    """What is wrong with the certificate of a server, or that it has none; None where it is something else."""
    cause = error.reason if isinstance(error, URLError) else error
    if not isinstance(cause, ssl.SSLCertVerificationError):
        is_plain = isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER"
        return f"What answers at {server} speaks no TLS: please check the address." if is_plain else None
    match cause.verify_code:
        case code if code == EXPIRED:
            return f"The certificate of {server} has expired: please have it renewed, or check this machine's date."
        case code if code == NOT_YET:
            return f"The certificate of {server} is not good yet: please check this machine's date."
        case code if code in OTHERS:
            return f"The certificate at {server} is another server's: please use the name that it was made for."
        case _:
            return f"The certificate of {server} is not trusted here: please name its authority with --ca FILE."
