"""`gymtui serve`: a server until somebody stops it, and what it is told meanwhile."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvloop

from gymtui import cleartext
from gymtui.config import local_timezone
from gymtui.protocol import MAX_CONNECTIONS, MAX_RATE
from server.app import Server, ServerError
from server.gym.settings import configure
from server.gym.settings_file import read_policy
from server.net.entrance import entrance
from server.net.lobby import room
from server.store.opening import opened

log = logging.getLogger(__name__)


async def serve_until_stopped(server: Server, say: Callable[[str], None]) -> None:
    """Serves until SIGTERM or SIGINT; at SIGHUP it reads its certificate anew, and without one that is its end too (its
    terminal has gone). Says where it listens, and on an empty gym what to do first. ServerError, once it has drained,
    where a part of it has died."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    certificate = server.entrance.certificate
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    loop.add_signal_handler(signal.SIGHUP, stop.set if certificate is None else certificate.renew)
    async with server:
        if not server.auth.has_users:
            log.warning("Nobody can log in yet: add a user with `gymtui admin users add NAME --role manager`.")
        if certificate is None and not server.is_loopback:
            log.warning("%s", cleartext.SERVED)
        say(f"listening on {server.url}")
        server.parts.death.add_done_callback(lambda _: stop.set())
        await stop.wait()
        death = server.parts.death.result() if server.parts.death.done() else None
    if death is not None:
        raise ServerError(death)


def run(
    *,
    database: str,
    host: str,
    port: int,
    batch_ms: int,
    max_rate: int = MAX_RATE,
    gym: str | None = None,
    timezone: str | None = None,
    capacity: int | None = None,
    policy: str | None = None,
    say: Callable[[str], None] | None = None,
    **reached: str | None,
) -> None:
    """`gymtui serve`: until it is told to stop. `say` gets the line that tells where it listens; stdout by default."""
    rules = None if policy is None else read_policy(Path(policy))
    with opened(database) as store:
        store.write([configure(name=gym, timezone=timezone, capacity=capacity, policy=rules)])
        zone = store.gym().timezone

    def listens(line: str) -> None:
        (say or partial(print, flush=True))(line)
        if timezone is None:
            _tell_timezone(zone)

    places = room(MAX_CONNECTIONS)
    server = Server(
        database,
        host=host,
        port=port,
        batch_ms=batch_ms,
        max_rate=max_rate,
        max_connections=places,
        entrance=entrance(**reached),
    )
    uvloop.run(serve_until_stopped(server, listens))


def _tell_timezone(name: str) -> None:
    """Nobody has said now where the gym's clock hangs: where nobody ever has, its days may turn at another hour."""
    here = local_timezone()
    if name == "UTC" and not here.endswith("UTC"):
        log.warning("The gym's clock is on UTC, as no time zone was given: `gymtui admin gym set timezone=%s`.", here)
    else:
        log.info("The gym's clock is on the time of %s.", name)
