"""`gymtui monitor`: the live traffic of a gym on the screen, for an operator who only looks."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gymtui import logs
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from gymtui.config import data_folder
from gymtui.preferences import ChoicesFile, Theme
from gymtui.ui.ascii import lacks_symbols
from gymtui.ui.escape_key import hasten_escape
from gymtui.ui.monitor_app import MonitorApp


def run(*, url: str, user: str | None, token: str | None, theme: Theme, keys: Mapping[str, str]) -> None:
    """The monitor, until the person leaves. It keeps nothing but its log, and what the person chose."""
    folder = data_folder()
    log = folder / "monitor.log"
    logs.to_file(log)
    login, journal = Login(url, token=token, user=user, token_file=TokenFile(folder, url)), Bookmark()
    service = WebSocketService(url, login, journal)
    hasten_escape(os.environ)
    shown = MonitorApp(
        service,
        journal,
        login,
        url=url,
        user=user,
        theme=theme,
        keys=keys,
        choices=ChoicesFile(folder),
        ascii=lacks_symbols(os.environ),
    )
    shown.show(log)
