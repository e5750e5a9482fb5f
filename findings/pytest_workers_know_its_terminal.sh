#!/usr/bin/env bash
# A test that runs a program in a terminal of its own passes by itself, passes in CI, and fails at a developer's desk as
# soon as pytest has workers: the program draws for the developer's window.
#
# Guess:    a child has the environment that os.environ shows, and a program in a terminal of 80 columns has 80.
# Happens:  pytest imports `readline` before it runs anything; GNU readline puts LINES and COLUMNS of the terminal into
#           the environment of the process, behind Python's back: os.environ does not have them, whatever is started
#           without an `env` does. So pytest's tests do not see them, and those of pytest-xdist's workers do. And Textual
#           believes COLUMNS before its terminal, as `shutil.get_terminal_size` does, also after a resize.
# Where:    tests of a front desk's screens in a pseudo-terminal; a desk started by a program that has a prompt.
# Instead:  take COLUMNS and LINES out of the environment before a full-screen program begins: its terminal knows.
# Versions: Python 3.11 with GNU readline 8.2, pytest 9.2.0, pytest-xdist 3.8.0, textual 8.2.8.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q pytest==9.2.0 pytest-xdist==3.8.0 textual==8.2.8 rich==15.0.0

cat >"$room/wide.py" <<'PY'
import sys
from pathlib import Path

from textual.app import App


class Wide(App[None]):
    def on_mount(self) -> None:
        Path(sys.argv[1]).write_text(str(self.size.width), encoding="utf-8")
        self.exit()


Wide().run()
PY

cat >"$room/test_wide.py" <<'PY'
import fcntl
import os
import pty
import struct
import sys
import termios
from pathlib import Path


def test_wide(tmp_path: Path) -> None:
    said = os.environ.get("COLUMNS", "nothing")
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        room = Path(__file__).parent
        os.execve(sys.executable, [sys.executable, str(room / "wide.py"), str(tmp_path / "seen")], dict(os.environ))
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:  # the end of a terminal whose program has ended
        os.waitpid(child, 0)
    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    with (Path(__file__).parent / "said").open("a", encoding="utf-8") as file:
        file.write(f"os.environ has {said}; in a terminal of 80 columns the program has {seen}\n")
PY

"$room/venv/bin/python" - "$room" <<'PY' | tee "$room/seen"
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from pathlib import Path

room = Path(sys.argv[1])
signal.alarm(100)


def tested(*how: str) -> str:
    """What the test sees, where pytest was started at a terminal of 132 columns."""
    said = room / "said"
    said.unlink(missing_ok=True)
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 132, 0, 0))
        for size in ("COLUMNS", "LINES"):
            os.environ.pop(size, None)
        os.environ["TERM"] = "xterm-256color"
        os.chdir(room)
        os.execv(sys.executable, [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *how, "test_wide.py"])
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        os.waitpid(child, 0)
    os.close(terminal)
    return said.read_text(encoding="utf-8").strip()


print("pytest:", tested())
print("pytest -n 1:", tested("-n", "1"))
PY

diff - "$room/seen" <<'SEEN'
pytest: os.environ has nothing; in a terminal of 80 columns the program has 80
pytest -n 1: os.environ has 132; in a terminal of 80 columns the program has 132
SEEN
