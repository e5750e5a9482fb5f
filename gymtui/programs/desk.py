"""`gymtui`: opens the desk's replica, and puts the front desk on the screen."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from gymtui import logs
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from gymtui.client.replica.replica import Replica, ReplicaInUse
from gymtui.config import data_folder
from gymtui.errors import GymError
from gymtui.preferences import ChoicesFile, Theme
from gymtui.ui import GymApp
from gymtui.ui.ascii import lacks_symbols


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
    app: Callable[..., GymApp] = GymApp,
) -> None:
    """The front desk `desk` of the server at `url`; its replica (with the outbox) and its log are files in `folder`.
    What the person chooses goes to `choices`, where there are any; `app` makes the app that shows it all. DeskInUse:
    another window is this desk."""
    # By server and desk: two of either on one machine share nothing.
    name = f"desk-{hashlib.sha256(f'{url} {desk}'.encode()).hexdigest()[:12]}"
    log = folder / f"{name}.log"
    logs.to_file(log)
    with _replica(folder / f"{name}.db", desk) as replica:
        if choices is not None:
            choices.keep(desk=desk)  # what waits here is sent when this desk is started again
        login = Login(url, token=token, user=user, token_file=TokenFile(folder, url))
        service = WebSocketService(url, login, replica, desk=desk)
        shown = app(
            Desk(service, replica, name=desk),
            login,
            url=url,
            user=user,
            theme=theme,
            keys=keys,
            choices=choices,
            ascii=lacks_symbols(os.environ),
        )
        shown.show(log)


@contextmanager
def _replica(file: Path, desk: str) -> Iterator[Replica]:
    """The desk's replica; one window a desk."""
    try:
        replica = Replica(file)
    except ReplicaInUse as error:
        raise DeskInUse(f"{desk} is open in another window: use that one, or name another --desk.") from error
    with closing(replica):
        yield replica
