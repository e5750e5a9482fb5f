"""Tries the proxies' snippets of docs/ with the programs themselves: `python -m tests.proxies`. One that is not on this
machine is passed over, and that is said."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from websockets.asyncio.client import connect

from gymtui import certificates
from gymtui.client.connection.transport import dial
from gymtui.client.login.login import Login
from gymtui.protocol import DEFAULT_PORT, PATH
from server.net.entrance import entrance
from tests.gym_kit import PASSWORD, make_gym
from tests.http_token_kit import basic
from tests.kit import port_of, serving
from tests.tls_kit import Authority
from tests.waiting import WITHIN

DOCS: Final = Path(__file__).parent.parent / "docs"
SERVED: Final = f"127.0.0.1:{DEFAULT_PORT}"  # where a snippet has the gym's server
BELOW: Final = "/gym"  # and the path that it has all of it below
NGINX: Final = """daemon off; master_process off; pid nginx.pid; error_log stderr;
events {}
http { access_log off; server {
    listen 127.0.0.1:PORT ssl; ssl_certificate server.pem; ssl_certificate_key server.key;
    SNIPPET
} }
"""
CADDY: Final = """{
	admin off
	auto_https off
}
https://localhost:PORT {
	bind 127.0.0.1
	tls server.pem server.key
	SNIPPET
}
"""
PROXIES: Final = {
    "nginx": ("nginx.conf", NGINX, ("nginx", "-e", "stderr", "-p", ".", "-c", "whole.conf")),
    "caddy": ("Caddyfile", CADDY, ("caddy", "run", "--adapter", "caddyfile", "--config", "whole.conf")),
}
WRONG: Final = 6  # tries: one more than an address has


@asynccontextmanager
async def proxied(name: str, server: str, folder: Path) -> AsyncIterator[int]:
    """The proxy before the server of that URL, with its snippet; gives its port."""
    file, whole, command = PROXIES[name]
    snippet = (DOCS / file).read_text().replace(SERVED, f"127.0.0.1:{port_of(server)}")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    (folder / "whole.conf").write_text(whole.replace("PORT", str(port)).replace("SNIPPET", snippet))
    (folder / "logs").mkdir(exist_ok=True)  # nginx looks for it
    with (folder / "said.txt").open("wb") as said:
        environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment, stderr=said, stdout=said)
    try:
        await _listening(port, process, folder / "said.txt")
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _listening(port: int, process: asyncio.subprocess.Process, said: Path) -> None:
    async with asyncio.timeout(WITHIN):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
    raise AssertionError(said.read_text())


async def _status(port: int, ca: str, source: str, *headers: str) -> int:
    """What a try to log in from that address comes to."""
    tls = ssl.create_default_context(cafile=ca)
    at = {"ssl": tls, "server_hostname": "localhost", "local_addr": (source, 0)}
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **at)  # type: ignore[arg-type]
    lines = [f"POST {BELOW}/auth/token HTTP/1.1", f"Host: localhost:{port}", "Connection: close", *headers, "", ""]
    writer.write("\r\n".join(lines).encode())
    async with asyncio.timeout(WITHIN):
        status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def tried(name: str, folder: Path) -> None:
    """AssertionError where something does not come through this proxy as it would without one."""
    authority = Authority(folder)
    authority.issue("localhost")
    certificates.trust(authority.file)
    make_gym(folder / "gym.db", {"full_name": "Ana Silva", "membership_number": "7"})
    async with (
        serving(folder / "gym.db", entrance=entrance(trust_proxy="127.0.0.1")) as server,
        proxied(name, server.url, folder) as port,
    ):
        url = f"wss://localhost:{port}{BELOW}{PATH}"
        login = Login(url)
        assert await login.readiness() == "ready", "is it ready?"
        await login.log_in("ana", PASSWORD)
        wire = await dial(connect, url, await login.token(), "desk 1")
        auth, _ = await wire.greet()
        assert auth.user == "ana", "who is it?"
        await wire.hang_up()
        tries = [
            await _status(port, authority.file, "127.0.0.2", basic("ben", "wrong"), f"X-Forwarded-For: 10.0.0.{n}")
            for n in range(WRONG)
        ]
        assert tries == [401] * (WRONG - 1) + [429], f"wrong passwords, whatever their header says: {tries}"
        assert await _status(port, authority.file, "127.0.0.3", basic("ben")) == 200, "another address"


async def main() -> int:
    """How many proxies failed."""
    failed = 0
    for name in PROXIES:
        if shutil.which(name) is None:
            print(f"{name}: not on this machine")
            continue
        with TemporaryDirectory(prefix="gymtui-proxies-") as folder:
            try:
                await tried(name, Path(folder))
            except AssertionError as error:
                failed += 1
                print(f"{name}: failed: {error}")
            else:
                print(f"{name}: login, WebSocket and the count of wrong passwords go through, below {BELOW}/")
    return failed


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
