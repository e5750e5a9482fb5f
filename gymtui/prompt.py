"""Logs in from a terminal, for the commands that have no screen."""

from __future__ import annotations

import asyncio
import getpass
import sys

from gymtui.client.auth import Login
from gymtui.errors import GymError


class NoLogin(GymError):
    """Nobody said who this is."""


async def sign_in(url: str, *, user: str | None, token: str | None) -> Login:
    """A login with the ready token, or with a password that the person types.

    NoLogin where there is neither; AuthenticationProblem and ConnectionProblem as the login raises them.
    """
    login = Login(url, token=token)
    if token is None:
        if user is None or not sys.stdin.isatty():
            raise NoLogin("Nobody is logged in: please set GYMTUI_TOKEN, or name a --user and type the password.")
        await login.log_in(user, await asyncio.to_thread(getpass.getpass, f"Password for {user}: "))
    return login
