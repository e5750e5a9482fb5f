"""`gymtui kiosk`: a desk for members alone, which somebody of the staff has logged in and locked."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from functools import partial

from gymtui.config import data_folder
from gymtui.errors import GymError
from gymtui.kiosk_lock import KioskLock
from gymtui.output import ask_hidden, say
from gymtui.passwords import NO_PIN, PIN
from gymtui.preferences import ChoicesFile, Theme
from gymtui.programs.desk import open_desk
from gymtui.programs.login_prompt import sign_in
from gymtui.ui.kiosk_app import KioskApp


class NoPin(GymError):
    """Nobody has said which PIN leaves the kiosk."""


def run(*, url: str, user: str | None, desk: str, token: str | None, theme: Theme, keys: Mapping[str, str]) -> None:
    """Asks for a login and for the PIN that leaves it, once; a kiosk that was not left by its PIN asks for neither and
    is locked at once, so that whoever ends it in another way has won nothing."""
    folder, name = data_folder(), f"kiosk-{hashlib.sha256(desk.encode()).hexdigest()[:12]}.json"
    lock = KioskLock(folder / name)
    if lock.is_set:
        lock.check()
    else:
        sign_in(url, user=user, token=token, choices=ChoicesFile(folder))
        lock.set(_new_pin())
    open_desk(
        folder, url=url, user=user, desk=desk, token=token, theme=theme, keys=keys, app=partial(KioskApp, lock=lock)
    )


def _new_pin() -> str:
    """Typed twice; NoPin where there is nobody to type it, or that can be none."""
    if not sys.stdin.isatty():
        raise NoPin("A kiosk is left by a PIN, and here is no terminal to type one.")
    say("Members scan themselves from now on. Esc and this PIN leave the kiosk.")
    pin, again = (ask_hidden(f"{which} (6 to 12 digits): ") for which in ("PIN", "The same PIN again"))
    if pin != again:
        raise NoPin("These were two PINs: please start the kiosk again.")
    if not PIN.fullmatch(pin):
        raise NoPin(f"{NO_PIN}: please start the kiosk again.")
    return pin
