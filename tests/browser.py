"""Tries `gymtui web` in a real browser without a window of its own: `python -m tests.browser`. It needs Chromium."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import pyte
from websockets.asyncio.client import ClientConnection, connect

from server.app import Server
from tests import waiting
from tests.factories import member_row
from tests.gym_kit import PASSWORD, make_gym
from tests.kit import serving
from tests.waiting import until

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
NAMED: Final = {"Enter": 13, "Escape": 27, **{f"F{number}": 111 + number for number in range(1, 13)}}
CONTROL: Final = 2
BY_HAND: Final = 0.15  # seconds between two keys


class Page:
    """A page of it, by the DevTools protocol; `text` is what its window has drawn, by what came over its WebSocket."""

    def __init__(self, socket: ClientConnection, session: str) -> None:
        self._socket, self._session, self._ids = socket, session, count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._stream, self._screen = pyte.ByteStream(), pyte.Screen(80, 24)
        self.has_ended = False

    @classmethod
    @asynccontextmanager
    async def open(cls, debugger: str, url: str) -> AsyncIterator[Self]:
        async with connect(debugger, max_size=None, proxy=None) as socket:
            browser = cls(socket, "")
            hears = asyncio.create_task(browser._hear())
            target = await browser.call(
                "Target.createTarget", url="about:blank", newWindow=True, width=1200, height=720
            )
            attached = await browser.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
            browser._session = attached["sessionId"]
            await browser.call("Network.enable")
            await browser.call("Emulation.setFocusEmulationEnabled", enabled=True)
            await browser.call("Page.navigate", url=url)
            try:
                yield browser
            finally:
                browser._session = ""
                await browser.call("Target.closeTarget", targetId=target["targetId"])
                hears.cancel()

    async def call(self, method: str, **parameters: Any) -> Any:
        id = next(self._ids)
        self._answers[id] = asyncio.get_running_loop().create_future()
        session = {"sessionId": self._session} if self._session else {}
        await self._socket.send(json.dumps({"id": id, "method": method, "params": parameters, **session}))
        answer = self._answers[id]
        async with asyncio.timeout(waiting.WITHIN):
            return await answer

    async def _hear(self) -> None:
        async for text in self._socket:
            told = json.loads(text)
            if "id" in told:
                answer = self._answers.pop(told["id"])
                if "error" in told:
                    answer.set_exception(AssertionError(told["error"]))
                else:
                    answer.set_result(told["result"])
            elif told["method"] == "Network.webSocketCreated":
                asked = parse_qs(urlsplit(told["params"]["url"]).query)
                self._screen = pyte.Screen(int(asked["width"][0]), int(asked["height"][0]))
                self._stream.attach(self._screen)
            elif told["method"] == "Network.webSocketFrameReceived" and told["params"]["response"]["opcode"] == 2:
                data = b64decode(told["params"]["response"]["payloadData"])
                self._stream.feed(re.sub(rb"\x1b\[[<>=][\d;]*[a-zA-Z]", b"", data))
            elif told["method"] == "Network.webSocketClosed":
                self.has_ended = True

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def shows(self, *patterns: str) -> None:
        try:
            await until(lambda: all(re.search(pattern, self.text) for pattern in patterns))
        except TimeoutError:
            raise AssertionError(f"{patterns} never came up:\n{self.text}") from None

    async def press(self, key: str, *, code: int = 0, modifiers: int = 0) -> None:
        """A key by its name, or a character, as a hand presses it: what comes all at once is a scan."""
        code = code or NAMED.get(key, 0)
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 and not modifiers else "")
        down = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers, **({"text": text} if text else {})}
        await self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **down)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)
        await asyncio.sleep(BY_HAND)

    async def type(self, text: str) -> None:
        for character in text:
            await self.press(character)

    async def log_in(self, user: str) -> None:
        await self.shows("● answers", "password")
        await self.type(user)
        await self.press("Enter")
        await self.type(PASSWORD)
        await self.press("Enter")
        await self.shows("● live", "CHECK IN")


@asynccontextmanager
async def browser(folder: Path, program: str) -> AsyncIterator[str]:
    """Starts one; gives where it is spoken to."""
    flags = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}", "--no-first-run"]
    flags += ["--no-proxy-server", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    process = subprocess.Popen([program, *flags, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    port = folder / "DevToolsActivePort"
    try:
        await until(lambda: port.exists() and port.read_text().count("\n") >= 1)
        number, path = port.read_text().splitlines()
        yield f"ws://127.0.0.1:{number}{path}"
    finally:
        process.terminate()
        process.wait()


class Web:
    """`gymtui web` for a server, with a data folder of its own."""

    def __init__(self, process: subprocess.Popen[str], url: str, folder: Path) -> None:
        self.process, self.url, self.folder = process, url, folder

    @classmethod
    @asynccontextmanager
    async def serves(cls, folder: Path, url: str) -> AsyncIterator[Self]:
        command = [sys.executable, "-m", "gymtui", "web", "--url", url, "--desk", "web", "--listen", "127.0.0.1:0"]
        environment = {name: value for name, value in os.environ.items() if name != "TERM"}
        environment |= {"XDG_DATA_HOME": str(folder)}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert process.stdout is not None
        try:
            line = await asyncio.to_thread(process.stdout.readline)
            yield cls(process, line.split()[-1], folder / "gymtui" / "web")
        finally:
            process.terminate()
            process.wait()

    @property
    def copies(self) -> list[Path]:
        """Of the gym, that its windows have."""
        return list(self.folder.glob("desk-*.db"))


def desks(server: Server) -> list[str]:
    return sorted(session.desk or "" for session in server._sessions)


async def whoever_opens_a_page_logs_in_and_every_key_works(debugger: str, web: Web, server: Server) -> None:
    async with Page.open(debugger, web.url) as page:
        await page.log_in("ana")
        assert desks(server) == ["web 1"]
        await page.type("Ana Sil")
        await page.press("Enter")
        await page.shows("✓ Ana Silva checked in")
        for key, shown in (
            ("F1", "HELP"),
            ("F2", "HISTORY +today"),
            ("F3", "WHO IS IN|[Ww]ho is in"),
            ("F5", "guest"),
        ):
            await page.press(key)
            await page.shows(shown)
            await page.press("Escape")
        await page.press("z", code=90, modifiers=CONTROL)
        await page.shows("Ana Silva undone")
        await page.press("q", code=81, modifiers=CONTROL)
        await until(lambda: page.has_ended and not server._sessions)
    await until(lambda: not web.copies)


async def nobody_finds_the_login_or_the_members_of_another(debugger: str, web: Web, server: Server) -> None:
    async with Page.open(debugger, web.url) as first:
        await first.log_in("ana")
        async with Page.open(debugger, web.url) as second:
            await second.shows("● answers", "password")
            await second.press("Escape")
            await second.type("Ana Sil")
            await second.shows("● answers", "password")  # there is no way past it
            assert "Ana Silva" not in second.text
            await until(lambda: desks(server) == ["web 1"])
    await until(lambda: not server._sessions and not web.copies)


async def a_page_that_is_closed_ends_its_window(debugger: str, web: Web, server: Server) -> None:
    async with Page.open(debugger, web.url) as page:
        await page.log_in("ana")
    await until(lambda: not server._sessions and not web.copies)


async def the_windows_end_with_a_program_that_was_killed(debugger: str, web: Web, server: Server) -> None:
    async with Page.open(debugger, web.url) as page:
        await page.log_in("ana")
        web.process.send_signal(signal.SIGKILL)
        await until(lambda: not server._sessions and not web.copies)
        await server._database.write(lambda _: None)  # behind what the roster has written
        assert [last.said_goodbye for last in server._database.store.last_heard(0) if last.desk == "web 1"] == [True]


TRIED: Final = (
    whoever_opens_a_page_logs_in_and_every_key_works,
    nobody_finds_the_login_or_the_members_of_another,
    a_page_that_is_closed_ends_its_window,
    the_windows_end_with_a_program_that_was_killed,
)


async def tried(program: str) -> int:
    waiting.WITHIN = 60.0
    with TemporaryDirectory(prefix="gymtui-browser-") as name:
        folder = Path(name)
        make_gym(folder / "gym.db", member_row("1", "Ana Silva"))
        async with serving(folder / "gym.db") as server, browser(folder / "browser", program) as debugger:
            for number, each in enumerate(TRIED):
                async with Web.serves(folder / str(number), server.url) as web:
                    await each(debugger, web, server)
                print(f"ok  {each.__name__.replace('_', ' ')}", flush=True)
    return 0


def main() -> int:
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        print("Here is no Chromium: please install it.")
        return 1
    return asyncio.run(tried(program))


if __name__ == "__main__":
    sys.exit(main())
