"""Looks after every connection once a second: is it there, does it read, may it still be here?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from gymtui.protocol import Close
from server.connection import Connection
from server.metrics import Metrics

log = logging.getLogger(__name__)

EVERY: Final = 1.0  # seconds between two rounds
PING_EVERY: Final = 10.0
SILENCE: Final = 25.0  # seconds without a frame, pongs included
STALL: Final = 10.0  # seconds in which bytes wait and none is taken
GRACE: Final = 25.0  # seconds after a token's end in which its client may renew


class Ward(Protocol):
    """What the watchdog has to know of a session."""

    connection: Connection

    @property
    def expires_at(self) -> int | None:
        """When the token ends (seconds since 1970); None before there is one."""

    @property
    def is_welcome(self) -> bool:
        """Whether user, login and role are what they were on entering."""
