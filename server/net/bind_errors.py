"""Errors of bind and listen as sentences: why nobody can listen at an address, and what to choose instead."""

from __future__ import annotations

import errno
import socket

NO_HOST = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL)


def reason(host: str, port: int, error: OSError | UnicodeError) -> str:
    """One sentence about what the system says; it names the setting that has to be another."""
    code = error.errno if isinstance(error, OSError) else None
    if isinstance(error, socket.gaierror | UnicodeError) or code in NO_HOST:
        return (
            f"This machine has no address {host} to listen on: please choose another --host, "
            "127.0.0.1 for this machine alone or 0.0.0.0 for its whole network."
        )
    if code == errno.EADDRINUSE:
        return f"Somebody listens on {host}:{port} already, perhaps another server: please choose another --port."
    if code == errno.EACCES:
        return f"Listening on port {port} takes the rights of an administrator: please choose a --port above 1023."
    return f"Nobody can listen on {host}:{port} ({error}): please choose another --host or --port."
