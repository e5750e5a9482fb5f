"""`gymtui serve`: a server until somebody stops it, and what it is told meanwhile."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvloop
from msgspec.structs import replace

from gymtui import cleartext
from gymtui.config import local_timezone
from gymtui.database_url import is_url
from gymtui.errors import WrongUsage
from gymtui.protocol import MAX_CONNECTIONS, MAX_RATE
from server.app import Server, ServerError
from server.gym.settings import configure
from server.gym.settings_file import read_policy
from server.memory import give_back_what_is_large, look_for_garbage_seldom
from server.net.entrance import entrance
from server.net.lobby import room
from server.service_manager import ServiceManager
from server.store import UNNAMED
from server.store.opening import begin, opened

log = logging.getLogger(__name__)


async def serve_until_stopped(
    server: Server, say: Callable[[str], None], *, policy: Path | None = None, manager: ServiceManager | None = None
) -> None:
    """Serves until SIGTERM or SIGINT; at SIGHUP it reads its certificate and the file of its `policy` anew. With
    neither, and without a service `manager`, that is its end too: its terminal has gone. Says where it listens, and on
    an empty gym what to do first. ServerError, once it has drained, where a part of it has died."""
    stop, asked = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    manager = ServiceManager({}) if manager is None else manager
    certificate = server.entrance.certificate
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    may_reload = certificate is not None or policy is not None or manager.is_there
    loop.add_signal_handler(signal.SIGHUP, asked.set if may_reload else stop.set)
    async with server:
        server.parts.start("what reads settings anew", _reload(server, policy, manager, asked))
        server.parts.start("what keeps the service manager quiet", manager.keep_alive())
        if not server.auth.has_users:
            log.warning("Nobody can log in yet: add a user with `gymtui admin users add NAME --role manager`.")
        if certificate is None and not server.is_loopback:
            log.warning("%s", cleartext.SERVED)
        say(f"listening on {server.url}")
        manager.ready(f"listening on {server.url}")
        server.parts.death.add_done_callback(lambda _: stop.set())
        await stop.wait()
        manager.stopping()
        death = server.parts.death.result() if server.parts.death.done() else None
    if death is not None:
        raise ServerError(death)


async def _reload(server: Server, policy: Path | None, manager: ServiceManager, asked: asyncio.Event) -> None:
    """For ever: each time it is asked. What cannot be used is logged, and all stays as it is."""
    while True:
        await asked.wait()
        asked.clear()
        manager.reloading()
        if (certificate := server.entrance.certificate) is not None:
            certificate.renew()
        if policy is not None:
            await _renew_policy(server, policy)
        manager.ready(f"listening on {server.url}")


async def _renew_policy(server: Server, file: Path) -> None:
    try:
        outcome = await server.change(configure(policy=await asyncio.to_thread(read_policy, file)))
    except WrongUsage as error:
        log.error("%s The policy before is in force still.", error)
        return
    if outcome.error is not None:
        log.error("%s The policy before is in force still.", outcome.error.message)
    else:
        log.info("The policy in %s is in force.", file)


def run(
    *,
    database: str,
    host: str,
    port: int,
    batch_ms: int,
    listen_database: str | None = None,
    max_rate: int = MAX_RATE,
    gym: str | None = None,
    timezone: str | None = None,
    capacity: int | None = None,
    policy: str | None = None,
    say: Callable[[str], None] | None = None,
    **reached: str | None,
) -> None:
    """`gymtui serve`: until it is told to stop. `say` gets the line that tells where it listens; stdout by default."""
    file = None if policy is None else Path(policy)
    rules = None if file is None else read_policy(file)
    manager = ServiceManager()
    begin(database)
    with opened(database) as store:
        # One of several gyms is picked by its name: what desks have called it since is not taken back.
        name = None if is_url(database) and store.gym().name != UNNAMED else gym
        store.write([configure(name=name, timezone=timezone, capacity=capacity, policy=rules)])
        zone = store.gym().timezone

    def listens(line: str) -> None:
        (say or partial(print, flush=True))(line)
        if timezone is None:
            _tell_timezone(zone)

    give_back_what_is_large()
    look_for_garbage_seldom()
    places = room(MAX_CONNECTIONS)
    server = Server(
        database,
        listen=listen_database,
        host=host,
        port=port,
        batch_ms=batch_ms,
        max_rate=max_rate,
        max_connections=places,
        entrance=replace(entrance(**reached), listening=manager.port()),
    )
    uvloop.run(serve_until_stopped(server, listens, policy=file, manager=manager))


def _tell_timezone(name: str) -> None:
    """Nobody has said now where the gym's clock hangs: where nobody ever has, its days may turn at another hour."""
    here = local_timezone()
    if name == "UTC" and not here.endswith("UTC"):
        log.warning("The gym's clock is on UTC, as no time zone was given: `gymtui admin gym set timezone=%s`.", here)
    else:
        log.info("The gym's clock is on the time of %s.", name)
