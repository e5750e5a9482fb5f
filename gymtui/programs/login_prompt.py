"""The login prompt of the commands that have no screen."""

from __future__ import annotations

import asyncio
import sys

from gymtui import cleartext
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.login import Login
from gymtui.client.login.token_file import TokenFile
from gymtui.config import data_folder
from gymtui.errors import GymError
from gymtui.output import ask_hidden, complain
from gymtui.preferences import ChoicesFile


class NoLogin(GymError):
    """Nobody said who this is."""


def sign_in(url: str, *, user: str | None, token: str | None, choices: ChoicesFile | None = None) -> Login:
    """A login with the ready token, with the one that this user has at another program here (or whoever logged in last,
    where nobody is named), or with a password that the person types: whose, and where, is kept in `choices`, and asked
    for again where nobody is named.

    NoLogin where there is none of them; AuthenticationProblem and ConnectionProblem as the login raises them. Blocks:
    what waits for a person at the keyboard must not keep Ctrl+C from a loop.
    """
    if (clear := cleartext.warning(url)) is not None:
        complain(clear)
    login = Login(url, token=token, user=user, token_file=TokenFile(data_folder(), url))
    if not asyncio.run(_is_good(login)):
        name = user or login.user or (choices.read().user if choices is not None else None)
        if name is None:
            raise NoLogin("Nobody is logged in: please set GYMTUI_TOKEN, or name a --user and type the password.")
        if not sys.stdin.isatty():
            raise NoLogin(f"{name} is not logged in, and no terminal to type the password: please set GYMTUI_TOKEN.")
        asyncio.run(login.log_in(name, ask_hidden(f"Password for {name}: ")))
        if choices is not None:
            choices.logged_in(url=url, user=login.user or name)
    return login


async def _is_good(login: Login) -> bool:
    """False where only a person can go on."""
    try:
        await login.token()
    except AuthenticationProblem:
        return False
    except ConnectionProblem:
        return login.is_there  # the connection says so as well, and goes on trying
    return True
