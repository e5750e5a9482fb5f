"""Any `gymtui` command, tied to the program that started it: it ends when its stdin does, however that came about."""

from __future__ import annotations

import os
import signal
from threading import Thread

from gymtui.cli import main


def _wait_for_the_end() -> None:
    while os.read(0, 4096):  # `sys.stdin` has a lock, which no program may hold when it ends by itself
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=_wait_for_the_end, daemon=True).start()
    main()
