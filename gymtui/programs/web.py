"""`gymtui web`: desks in browsers, for those without a terminal. Each page is a window, a process of its own."""

from __future__ import annotations

import asyncio
import logging
import shlex
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from websockets.datastructures import Headers
from websockets.http11 import Request

from gymtui.cleartext import is_loopback
from gymtui.errors import GymError, WrongUsage
from gymtui.preferences import Theme
from server.net.entrance import entrance
from server.net.origins import Origins

if TYPE_CHECKING:
    from aiohttp import web

MOST: Final = 20  # windows at a time
PAGE: Final = Path(__file__).with_name("web.html")
HEADERS: Final = {"Content-Security-Policy": "frame-ancestors 'none'", "Cache-Control": "no-store"}
SOON: Final = 1.0  # seconds that a window has to end by itself, before its page is taken away
FULL: Final = f"{MOST} windows are open already: please close one of them.\n"
NEEDS_TLS: Final = (
    "Passwords would go over the network unencrypted: please give --tls-cert and --tls-key, or listen on 127.0.0.1, "
    "behind a proxy with TLS where others are to come in."
)

logger = logging.getLogger(__name__)


def run(
    *,
    url: str,
    desk: str,
    theme: Theme,
    keys: Mapping[str, str],
    listen: str,
    window: int | None,
    **reached: str | None,
) -> None:
    """The pages, until SIGTERM or SIGINT; or the `window` of one of them, which is what its browser shows."""
    if window is not None:
        from gymtui.programs.web_window import open_window  # noqa: PLC0415  the pages do without the screens

        open_window(window, url=url, desk=desk, theme=theme, keys=keys)
        return
    door = entrance(**reached)
    host, port = _address(listen)
    if door.certificate is None and not is_loopback(host):
        raise WrongUsage(NEEDS_TLS)
    command = [sys.executable, "-m", "gymtui", *sys.argv[1:]]
    context = None if door.certificate is None else door.certificate.context
    asyncio.run(serve(pages(command, door.origins), host, port, context, partial(print, flush=True)))


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise WrongUsage(f"{listen} is no address: please give --listen HOST:PORT, such as 127.0.0.1:8766.")
    return host.strip("[]"), int(port)


def pages(command: Sequence[str], origins: Origins) -> web.Application:
    """What browsers ask for; whatever names another server, or is from another's page, gets nothing."""
    try:
        from aiohttp import web  # noqa: PLC0415  an extra
        from textual_serve.server import Server  # noqa: PLC0415
    except ImportError as error:
        raise GymError("Pages for browsers need one more part: `pip install 'gymtui[web]'`.") from error

    taken: set[int] = set()

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text(), content_type="text/html", headers=HEADERS)

    async def window(request: web.Request) -> web.StreamResponse:
        number = next((n for n in range(1, MOST + 1) if n not in taken), None)
        if number is None:
            raise web.HTTPServiceUnavailable(text=FULL)
        taken.add(number)
        try:
            return await Server(f"exec {shlex.join([*command, '--window', str(number)])}").handle_websocket(request)
        finally:
            taken.discard(number)

    async def guard(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        asked = Request(request.path, Headers(request.headers.items()))
        if (why := origins.misdirected(asked) or origins.refusal(asked)) is not None:
            raise web.HTTPForbidden(text=why)
        return await handler(request)

    app = web.Application(middlewares=[web.middleware(guard)])
    static = web.static("/static", Path(Server("").statics_path))
    app.add_routes([web.get("/", page), web.get("/ws", window), static])
    return app


async def serve(
    app: web.Application, host: str, port: int, context: ssl.SSLContext | None, say: Callable[[str], None]
) -> None:
    """Until SIGTERM or SIGINT; then each window says goodbye. Says where it listens."""
    from aiohttp import web  # noqa: PLC0415

    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SOON)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=context).start()
        found, at = runner.addresses[0][:2]
        name = f"[{found}]" if ":" in found else found
        say(f"listening on {'http' if context is None else 'https'}://{name}:{at}/")
        await stop.wait()
    except OSError as error:
        raise GymError(f"Nobody can listen on {host}:{port} ({error}): please choose another --listen.") from error
    finally:
        await runner.cleanup()
