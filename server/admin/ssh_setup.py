"""`gymtui admin ssh-setup`: what to put where, so that each of the gym's users has their own screen over SSH."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gymtui.output import say
from server.store import User
from server.store.opening import opened

ACCOUNT: Final = "gymtui"
SCREENS: Final = {"operator": "monitor"}  # everybody else is at a desk


def ssh_setup(*, database: str) -> None:
    """Prints it; changes nothing."""
    with opened(database) as store:
        users = [user for user in store.users().values() if not user.disabled]
    for line in setup(users, Path(sys.executable).with_name("gymtui")):
        say(line)


def setup(users: list[User], program: Path, *, account: str = ACCOUNT, home: str | None = None) -> Iterator[str]:
    """Three files' worth of lines, each under what it is for."""
    home = home or f"/home/{account}"
    yield "# 1. An account of the machine that has no password:"
    yield f"#      sudo useradd --create-home --shell /bin/sh {account}"
    yield ""
    yield f"# 2. /etc/ssh/sshd_config.d/{account}.conf, then: sudo sshd -t && sudo systemctl reload ssh"
    yield from sshd_config(program, account)
    yield ""
    yield f"# 3. {home}/.ssh/authorized_keys (its folder 0700, the file 0600), a line a person, with their own"
    yield "#    public key in the place of KEY. What one may do there is the role of that user of the gym."
    yield from (authorized(user, home) for user in users)
    yield ""
    yield f"# Then, from anywhere: ssh -C {account}@HOST    (-C: a slow line carries far less)"


def sshd_config(program: Path, account: str) -> Iterator[str]:
    """Whoever comes in as that account gets the program and nothing else, whatever they ask for."""
    yield "PermitUserEnvironment GYMTUI_*,XDG_DATA_HOME"
    yield f"Match User {account}"
    yield "    AuthenticationMethods publickey"
    yield "    DisableForwarding yes"
    yield "    PermitUserRC no"
    yield "    ClientAliveInterval 15"
    yield "    ClientAliveCountMax 3"
    yield f"    ForceCommand exec {program} $GYMTUI_SCREEN"
    yield "Match all"


def authorized(user: User, home: str) -> str:
    """The line of a person's key: who that is at the gym, which screen that is, and where their login is kept."""
    folder = user.name if re.fullmatch("[a-z0-9_-]+", user.name) else user.name.encode().hex()
    told = {
        "GYMTUI_USER": user.name,
        "GYMTUI_SCREEN": SCREENS.get(user.role, ""),
        "GYMTUI_DESK": f"ssh {user.name}"[:64],
        "XDG_DATA_HOME": f"{home}/{folder}",
    }
    settings = ",".join(f'environment="{name}={_quoted(value)}"' for name, value in told.items())
    return f"restrict,pty,{settings} KEY"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
