"""The service manager that has started this program (systemd): what it is told, and the port that it hands over.

The protocols are a datagram of lines (sd_notify) and the first descriptor behind stderr (sd_listen_fds), each no more
than what stands here. Without a manager nothing is told.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Mapping
from typing import Final

log = logging.getLogger(__name__)

FIRST: Final = 3  # the descriptor behind stdin, stdout and stderr
SHARE: Final = 3  # signs of life within the time that the manager waits for one


class ServiceManager:
    """The one that the variables of the `environment` name."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        said = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{said[1:]}" if said.startswith("@") else said
        me = str(os.getpid())
        is_watched = environment.get("WATCHDOG_PID", me) == me
        self._patience = int(environment.get("WATCHDOG_USEC", 0)) / 1_000_000 if is_watched else 0.0
        self._has_port = environment.get("LISTEN_PID") == me and int(environment.get("LISTEN_FDS", 0)) > 0

    @property
    def is_there(self) -> bool:
        """Is there anybody to be told?"""
        return bool(self._address)

    def port(self) -> socket.socket | None:
        """The socket that the manager listens on for this program; None where it does not."""
        return socket.socket(fileno=FIRST) if self._has_port else None

    def ready(self, status: str) -> None:
        """It serves; `status` is for a person. It ends a reload too."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    async def keep_alive(self) -> None:
        """For ever: says in time that the event loop turns. Where it does not, the manager starts another server."""
        while True:
            if self._patience:
                self._tell("WATCHDOG=1")
            await asyncio.sleep(self._patience / SHARE or 3600)

    def _tell(self, *lines: str) -> None:
        if not self.is_there:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
                out.setblocking(False)
                out.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            log.warning("The service manager cannot be told that %s: %s", lines[0], error)
