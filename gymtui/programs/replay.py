"""`gymtui replay`: a day of the gym again, on the screen, as fast as one likes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date

from gymtui import logs
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from gymtui.config import data_folder
from gymtui.errors import WrongUsage
from gymtui.preferences import ChoicesFile, Theme
from gymtui.typed_day import past_day
from gymtui.ui.ascii import lacks_symbols
from gymtui.ui.escape_key import hasten_escape
from gymtui.ui.replay_app import ReplayApp


def run(
    *, url: str, user: str | None, token: str | None, theme: Theme, keys: Mapping[str, str], day: str, speed: float
) -> None:
    """The replay, until the person leaves. It keeps nothing but its log, and what the person chose."""
    try:
        past_day(day, date.today())
    except ValueError as error:
        raise WrongUsage(f"{day!r} is no day: please say yesterday, tuesday, 24 Nov or 2026-11-24.") from error
    if not 0 < speed <= 100_000:
        raise WrongUsage("The --speed is a number above 0, as many times as fast: 60 is a minute a second.")
    folder = data_folder()
    log = folder / "replay.log"
    logs.to_file(log)
    login, journal = Login(url, token=token, user=user, token_file=TokenFile(folder, url)), Bookmark()
    service = WebSocketService(url, login, journal, full=True)
    hasten_escape(os.environ)
    shown = ReplayApp(
        service,
        journal,
        login,
        day=day,
        speed=speed,
        url=url,
        user=user,
        theme=theme,
        keys=keys,
        choices=ChoicesFile(folder),
        ascii=lacks_symbols(os.environ),
    )
    shown.show(log)
