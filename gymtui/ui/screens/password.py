"""Gives whoever is logged in another password, and says what became of it."""

from __future__ import annotations

from msgspec.structs import replace

from gymtui.client.errors import Problem
from gymtui.client.login.login import Login
from gymtui.ui.box.password import PasswordMode
from gymtui.ui.screens.desk import DeskScreen


async def change_password(screen: DeskScreen, login: Login, mode: PasswordMode, present: str, new: str) -> None:
    """Where it is refused, `mode` asks again."""
    user = login.user or ""
    with screen.answering("The password"):
        try:
            await login.change_password(present, new)
        except Problem as problem:
            mode.settled_with(str(problem))
            return
        screen.desk.service.logged_in()
        mode.settled_with(None)
        others = f"every other login of {user} has ended"
        screen.say(replace(screen.refusal(user, "has a new password", others), kind="done"))
