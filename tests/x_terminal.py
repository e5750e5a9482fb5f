"""A real terminal on a virtual X server, with a front desk in it, and the key codes that a reader presses there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pyte

PACKAGES: Final = {"Xvfb": "xvfb", "xterm": "xterm", "setxkbmap": "x11-xkb-utils", "xdotool": "xdotool"}
WITHIN: Final = 20.0  # seconds that it waits for what must come
BETWEEN: Final = 8  # milliseconds between two keys of a reader
COLUMNS: Final = 110
ROWS: Final = 30

# The codes of a US keyboard's keys, which are the same on every other one: that is why its letters are not.
_PLAIN: Final = "`1234567890-= qwertyuiop[] asdfghjkl;' \\zxcvbnm,./"
_SHIFTED: Final = '~!@#$%^&*()_+ QWERTYUIOP{} ASDFGHJKL:" |ZXCVBNM<>?'
_CODES: Final = (49, *range(10, 22), 0, *range(24, 36), 0, *range(38, 49), 0, *range(51, 62))
_KEYPAD: Final = dict(zip("0123456789", (90, 87, 88, 89, 83, 84, 85, 79, 80, 81), strict=True))
SHIFT, ALT, CONTROL, CAPS_LOCK, NUM_LOCK = 50, 64, 37, 66, 77
KEYS: Final = {
    **{c: str(code) for c, code in zip(_PLAIN, _CODES, strict=True)},
    **{c: f"{SHIFT}+{code}" for c, code in zip(_SHIFTED, _CODES, strict=True)},
    " ": "65",
    "<CR>": "36",
    "<LF>": f"{CONTROL}+44",
    "<Tab>": "23",
    "<Enter>": "104",
    "<F8>": "74",
    "<^]>": f"{CONTROL}+35",
    **{f"<{digit}>": str(code) for digit, code in _KEYPAD.items()},
    **{f"<Alt {digit}>": f"{ALT}+{code}" for digit, code in _KEYPAD.items()},
}


def missing() -> list[str]:
    """The Debian packages of the programs that are not there."""
    return [package for program, package in PACKAGES.items() if shutil.which(program) is None]


def codes(text: str) -> list[str]:
    """The key codes of a US text, a `<name>` for each key that types none: `100060<CR>`."""
    return [KEYS[key] for key in re.findall(r"<[^<>]+>|.", text)]


class XTerminal:
    """What stands in the terminal, and the keys that go there."""

    def __init__(self, display: str, transcript: Path) -> None:
        self._environment = {**os.environ, "DISPLAY": display}
        self._transcript = transcript
        self._read = 0
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def press(self, keys: Sequence[str], *, between: int = BETWEEN) -> None:
        """Key codes, one burst."""
        command = ["xdotool", "key", "--delay", str(between), *keys]
        subprocess.run(command, env=self._environment, check=True, stdin=subprocess.DEVNULL)

    @property
    def text(self) -> str:
        """The screen as it stands."""
        with self._transcript.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        self._stream.feed(re.sub(rb"\x1b\[[<>=][\d;]*[a-zA-Z]|\x1bP[^\x1b]*\x1b\\", b"", new))
        return "\n".join(line.rstrip() for line in self._screen.display)

    def until(self, found: Callable[[str], object]) -> str:
        """The screen, once it is so."""
        end = time.monotonic() + WITHIN
        while not found(text := self.text):
            if time.monotonic() > end:
                raise TimeoutError(f"it never came up:\n{text}")
            time.sleep(0.02)
        return text


@contextmanager
def x_terminal(command: Sequence[str], layout: str, folder: Path, **environment: str) -> Iterator[XTerminal]:
    """A program in a terminal of its own on an X server of its own, whose keyboard is set to that layout."""
    with ExitStack() as ends:
        server, display = _x_server()
        ends.callback(_end, server)
        there = {**os.environ, **environment, "DISPLAY": display, "LC_ALL": "C.UTF-8"}
        subprocess.run(["setxkbmap", layout], env=there, check=True)
        transcript = folder / "transcript"
        transcript.touch()
        size = ["-geometry", f"{COLUMNS}x{ROWS}+0+0", "-fn", "fixed"]
        window = ["xterm", "-u8", *size, "-l", "-lf", str(transcript), "-e", *command]
        ends.callback(_end, subprocess.Popen(window, env=there, stdin=subprocess.DEVNULL))
        yield XTerminal(display, transcript)


def _x_server() -> tuple[subprocess.Popen[str], str]:
    """It says itself which display was free, once it listens."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "700x420x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    return server, f":{server.stdout.readline().strip()}"


def _end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def versions(environment: Mapping[str, str] = os.environ) -> str:
    """Of the terminal, and of the packages it came with."""
    asked = ["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *PACKAGES.values(), "xkb-data"]
    return subprocess.run(asked, env=environment, capture_output=True, text=True, check=False).stdout.rstrip(", ")
