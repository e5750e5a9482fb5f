"""`gymtui`: opens the desk's replica, and puts the front desk on the screen."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from gymtui import logs, output
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import NoTokenFile, TokenFile
from gymtui.client.replica.replica import Replica, ReplicaError, ReplicaInUse
from gymtui.config import data_folder
from gymtui.errors import GymError
from gymtui.preferences import ChoicesFile, Theme
from gymtui.ui import GymApp
from gymtui.ui.ascii import lacks_symbols
from gymtui.ui.base_app import BaseApp
from gymtui.ui.escape_key import hasten_escape

HELD_FOR: Final = 1.0  # seconds that a file may be held by a desk that takes its queue over


class DeskInUse(GymError):
    """Another window is this desk."""


def run(*, url: str, user: str | None, desk: str, token: str | None, theme: Theme, keys: Mapping[str, str]) -> None:
    """The front desk, until the person leaves."""
    folder = data_folder()
    choices = ChoicesFile(folder)
    open_desk(folder, url=url, user=user, desk=desk, token=token, theme=theme, keys=keys, choices=choices)


def open_desk(
    folder: Path,
    *,
    url: str,
    user: str | None,
    desk: str,
    token: str | None,
    theme: Theme,
    keys: Mapping[str, str],
    choices: ChoicesFile | None = None,
    shared: TokenFile | NoTokenFile | None = None,
    app: Callable[..., BaseApp] = GymApp,
) -> None:
    """The front desk `desk` of the server at `url`; its replica (with the outbox) and its log are files in `folder`.
    What the person chooses goes to `choices`, where there are any; `shared` has the login, by default that of all
    programs of this person; `app` makes the app that shows it all. DeskInUse: another window is this desk."""
    file = file_of(folder, url, desk)
    log = file.with_suffix(".log")
    logs.to_file(log)
    with _replica(file, desk) as replica:
        _bring_up_to_date(folder)
        replica.ownership.belongs_to(replace(replica.ownership.owner(), url=_normal(url), desk=desk))
        if choices is not None:
            choices.keep(desk=desk)  # what waits here is sent when this desk is started again
        clock = DeskClock(replica)
        login = Login(url, token=token, user=user, token_file=shared or TokenFile(folder, url))
        service = WebSocketService(url, login, replica, desk=desk, clock=clock.now)
        here = Desk(service, replica, name=desk, folder=folder, clock=clock)
        here.reader = choices.read().reader if choices is not None else None
        hasten_escape(os.environ)
        shown = app(
            here,
            login,
            url=url,
            user=user,
            theme=theme,
            keys=keys,
            choices=choices,
            ascii=lacks_symbols(os.environ),
        )
        shown.show(log)


def file_of(folder: Path, url: str, desk: str) -> Path:
    """The copy of a desk: by server and desk, so that each has its own. A queue does not depend on it: what is left
    under another name, the next desk of the gym on this machine takes over (`gymtui.client.desk.left_queues`)."""
    names = [f"desk-{hashlib.sha256(f'{at} {desk}'.encode()).hexdigest()[:12]}.db" for at in (_normal(url), url)]
    return next((folder / name for name in names if (folder / name).exists()), folder / names[0])


def _normal(url: str) -> str:
    """One spelling for one address: the host small, no port where it is the usual one, a slash at the end."""
    address = urlsplit(url)
    try:
        number = address.port
    except ValueError:  # it is no number: whoever connects says so
        return url
    host = (address.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = {"ws": 80, "wss": 443}.get(address.scheme)
    port = "" if number in (None, usual) else f":{number}"
    query = f"?{address.query}" if address.query else ""
    return f"{address.scheme}://{host}{port}{address.path.rstrip('/')}/{query}"


@contextmanager
def _replica(file: Path, desk: str) -> Iterator[Replica]:
    """The desk's replica; one window a desk."""
    until = time.monotonic() + HELD_FOR
    while True:
        try:
            replica = Replica(file, _tell)
            break
        except ReplicaInUse as error:  # another desk that looks for left queues holds it for a moment
            if time.monotonic() > until:
                raise DeskInUse(f"{desk} is open in another window: use that one, or name another --desk.") from error
            time.sleep(HELD_FOR / 20)
    with closing(replica):
        yield replica


def _bring_up_to_date(folder: Path) -> None:
    """The copies of other desks too, whose queues are looked for once the screen is there and would have to wait."""
    for file in folder.glob("desk-*.db"):
        with suppress(ReplicaError):  # in use, this desk's own too; what is wrong with another, F9 says
            Replica(file, _tell).close()


def _tell(read: int, members: int) -> None:
    """Why there is no screen yet: the index of a million members takes half a minute."""
    if read % max(1, members // 100) == 0 or read == members:
        step = f"{read / members:.0%}".replace("%", " %") if read < members else "writing them down"
        output.announce(f"◆ gymtui · bringing {members:,} members of this desk up to date: {step}")
