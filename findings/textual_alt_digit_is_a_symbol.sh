#!/usr/bin/env bash
# Escape and a digit that arrive together are typed as a symbol: 5 becomes the sign of infinity.
#
# Guess:    ESC in front of a digit is Escape and then the digit, or Alt with that digit: either way the box gets the
#           digit or nothing, as it gets the letter a from ESC and a.
# Happens:  Textual reads ESC 0 ... ESC 9 as the characters that a Mac's Option key gives: º ¡ ™ £ ¢ ∞ § ¶ • ª, also
#           under Linux and in a terminal that says it is an xterm. They are printable, so an Input types them.
# Where:    a clerk presses Escape to clear the box and scans at once: where both come in one read, the first digit
#           of the card is another character. Also Alt held down for a digit, and tests that write "\x1b5".
# Instead:  look for these ten characters where a code is taken, and read each as the digit behind an Escape.
# Versions: Python 3.11, textual 8.2.8, rich 15.0.0.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q textual==8.2.8 rich==15.0.0

cat >"$room/box.py" <<'PY'
import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Input, Label


class Box(App[None]):
    def compose(self) -> ComposeResult:
        yield Label()
        yield Input()

    def on_descendant_focus(self) -> None:
        self.query_one(Label).update("listening")

    def on_input_submitted(self, submitted: Input.Submitted) -> None:
        Path(sys.argv[1]).write_text(submitted.value, encoding="utf-8")
        self.exit()


Box().run()
PY

"$room/venv/bin/python" - "$room" <<'PY' | tee "$room/seen"
import os
import pty
import signal
import sys
from pathlib import Path

room = Path(sys.argv[1])
signal.alarm(50)


def typed(keys: bytes) -> str:
    """What the box holds at Enter after these bytes came from the terminal in one read."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, str(room / "box.py"), str(room / "value")])
    screen = b""
    while b"listening" not in screen:
        screen += os.read(terminal, 65536)
    os.write(terminal, keys + b"\r")
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:  # the end of a terminal whose program has ended
        os.waitpid(child, 0)
    os.close(terminal)
    return (room / "value").read_text(encoding="utf-8")


for keys in (b"5012", b"\x1b5012", b"\x1ba12", b"".join(b"\x1b%d" % digit for digit in range(10))):
    print(ascii(keys.decode()), "->", ascii(typed(keys)))
PY

diff - "$room/seen" <<'SEEN'
'5012' -> '5012'
'\x1b5012' -> '\u221e012'
'\x1ba12' -> 'a12'
'\x1b0\x1b1\x1b2\x1b3\x1b4\x1b5\x1b6\x1b7\x1b8\x1b9' -> '\xba\xa1\u2122\xa3\xa2\u221e\xa7\xb6\u2022\xaa'
SEEN
