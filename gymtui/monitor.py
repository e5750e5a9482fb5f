"""`gymtui monitor`: the live traffic of a gym on the screen, for an operator who only looks."""

from __future__ import annotations

from gymtui import logs
from gymtui.client.auth import Login
from gymtui.client.follow import Bookmark
from gymtui.client.service import WebSocketService
from gymtui.client.session_file import SessionFile
from gymtui.config import data_folder
from gymtui.ui.monitor_app import MonitorApp


def run(*, url: str, user: str | None, desk: str, token: str | None) -> None:
    """The monitor, until the person leaves. It keeps nothing but its log."""
    folder = data_folder()
    log = folder / "monitor.log"
    logs.to_file(log)
    login, journal = Login(url, token=token, user=user, session=SessionFile(folder, url)), Bookmark()
    service = WebSocketService(url, login, journal, desk=desk)
    MonitorApp(service, journal, login, url=url, user=user).show(log)
