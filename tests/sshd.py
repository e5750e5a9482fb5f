"""Tries what `gymtui admin ssh-setup` prints with a real sshd: `python -m tests.sshd`. It needs `sshd` and `ssh`."""

from __future__ import annotations

import asyncio
import getpass
import shlex
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from gymtui.sample.people import members
from server.admin.ssh_setup import authorized, sshd_config
from server.app import Server
from server.store import User
from tests import terminal as terminals
from tests.faults.proxy import Proxy
from tests.gym_kit import PASSWORD, make_gym, token
from tests.kit import serving
from tests.measured_programs import ms, running
from tests.slow_line import ages, looks
from tests.terminal import Terminal
from tests.waiting import until

PEOPLE: Final = (User(name="otto", role="operator", password_hash=""), User(name="ana", role="staff", password_hash=""))
BANDWIDTH: Final = 10_000  # bytes a second
EVENTS: Final = 20  # a second
STOPPED: Final = 30.0  # seconds
LOOKED: Final = 8.0  # seconds
OWN: Final = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as made:
        return int(made.getsockname()[1])


async def run(*command: str | Path) -> tuple[int, str]:
    """Its exit code, and all that it has said."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace")


class Sshd:
    """One that listens, for the people of a gym."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self.port = folder, port
        self.database = folder / "gym.db"

    def command(self, who: str, *more: str, port: int = 0) -> tuple[str, ...]:
        """As that person comes in from anywhere, also by way of another port."""
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "IdentitiesOnly=yes")
        said = [word for option in options for word in ("-o", option)]
        key = ("-i", str(self._folder / who), "-p", str(port or self.port), "-F", "none", "-C")
        return ("ssh", *key, *said, *more, f"{getpass.getuser()}@127.0.0.1")


@asynccontextmanager
async def sshd(folder: Path, url: str) -> AsyncIterator[Sshd]:
    for key in ("host", *(user.name for user in PEOPLE)):
        assert (await run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key))[0] == 0
    lines = "".join(_lines(folder, url))
    (folder / "authorized_keys").write_text(lines)
    port = free_port()
    program = Path(sys.executable).with_name("gymtui")
    config = OWN.format(port=port, folder=folder) + "\n".join(sshd_config(program, getpass.getuser())) + "\n"
    (folder / "sshd.conf").write_text(config)
    Path("/run/sshd").mkdir(exist_ok=True)
    path = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin") or "sshd"
    process = await asyncio.create_subprocess_exec(path, "-D", "-e", "-f", folder / "sshd.conf", stderr=-3)
    try:
        await until(lambda: _answers(port))
        yield Sshd(folder, port)
    finally:
        process.terminate()
        await process.wait()


def _lines(folder: Path, url: str) -> Iterator[str]:
    for user in PEOPLE:
        key = (folder / f"{user.name}.pub").read_text().strip()
        line = authorized(user, str(folder / "home")).replace(" KEY", f',environment="GYMTUI_URL={url}" {key}')
        yield f"{line}\n"


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


# --- what is tried ---------------------------------------------------------------------------------------------------


async def an_operator_has_the_monitor(way: Sshd, server: Server) -> None:
    async with Terminal.run(program=way.command("otto"), columns=80, rows=24) as terminal:
        await terminal.until("Log in|LOG IN|password")
        terminal.type(f"{PASSWORD}\r")
        await terminal.until("EVENTS / S")
        await terminal.until("● live")
        assert "monitor · otto" in terminal.text, terminal.text
        terminal.type("\x11")
        assert await terminal.ended() == 0


async def staff_have_a_desk_of_their_own(way: Sshd, server: Server) -> None:
    async with Terminal.run(program=way.command("ana"), columns=80, rows=24) as terminal:
        await terminal.until("password")
        terminal.type(f"{PASSWORD}\r")
        await terminal.until("CHECK IN")
        await until(lambda: [session.desk for session in server._sessions] == ["ssh ana"])
        terminal.type("\x11")
        assert await terminal.ended() == 0


async def who_was_logged_in_is_so_again_and_a_line_that_is_cut_ends_it(way: Sshd, server: Server) -> None:
    async with Terminal.run(program=way.command("otto"), columns=80, rows=24) as terminal:
        await terminal.until("● live")
        await until(lambda: len(server._sessions) == 1)
        terminal.process.send_signal(signal.SIGKILL)
        await until(lambda: not server._sessions)


async def nobody_has_a_shell(way: Sshd, server: Server) -> None:
    for asked in ("id", "/bin/sh -c id", "gymtui admin users list"):
        code, said = await run(*way.command("ana"), asked)
        assert (code, "uid=" in said, "no terminal" in said) == (2, False, True), said
    code, said = await run(*way.command("ana", "-s"), "sftp")
    assert code != 0, said


async def nothing_is_forwarded(way: Sshd, server: Server) -> None:
    code, said = await run(*way.command("ana", "-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:22"))
    assert code == 255, said
    assert "forwarding failed" in said, said


async def a_terminal_that_only_prints_is_told_so(way: Sshd, server: Server) -> None:
    environment = {"TERM": "dumb"}
    command = way.command("otto")
    async with Terminal.run(program=command, columns=120, rows=24, environment=environment) as terminal:
        await terminal.until("TERM=dumb. cannot show the screens")
        assert await terminal.ended() == 2


async def a_slow_line_shows_what_is_true_after_a_stop_and_in_another_size(way: Sshd, server: Server) -> None:
    """The shell's Ctrl+Z stops ssh itself, behind its `~`; `fg` has it go on, and what it missed is never sent."""
    shell = ("setsid", "-c", "-w", "bash", "--norc", "--noprofile", "-i")
    load = ("simulate", "--url", server.url, "--rate", str(EVENTS), "--desks", "4")
    async with (
        Proxy(way.port, bandwidth=BANDWIDTH) as line,
        Terminal.run(program=shell, columns=80, rows=24, environment={"PS1": "shell> "}) as terminal,
    ):
        await terminal.until("shell>")
        terminal.type(f"{shlex.join(way.command('otto', port=line.port))}\r")
        await terminal.until("● live")
        with running(*load, GYMTUI_TOKEN=token(way.database, "ben")):
            await terminal.until("▲")
            said = [f"{BANDWIDTH:,} bytes/s, {EVENTS} events/s: {await lateness(terminal, way)}"]
            terminal.type("\r~\x1a")
            await terminal.until("Stopped")
            carried = line.carried["back"]
            await asyncio.sleep(STOPPED)
            said.append(f"stopped for {STOPPED:.0f} s, {line.carried['back'] - carried:,} bytes were carried meanwhile")
            terminal.type("fg\r")
            await asyncio.sleep(1)
            terminal.type("r")
            await terminal.until("(?s)monitor · otto.*F1 help")
            said.append(await lateness(terminal, way))
            terminal.resize(120, 40)
            await terminal.until("(?s)monitor · otto.*Ctrl.Q leave")
            said.append(f"in another size {await lateness(terminal, way)}")
            terminal.type("\x11")
            await terminal.until("shell>")
    print("\n".join(f"    {each}" for each in said))


async def lateness(terminal: Terminal, way: Sshd) -> str:
    """Of the newest row, in looks of some seconds."""
    found = ages(way.database, await looks(terminal, LOOKED))
    return f"the newest row is late by {ms(found)}, at most {max(found):.1f} s"


TRIED: Final = (
    an_operator_has_the_monitor,
    staff_have_a_desk_of_their_own,
    who_was_logged_in_is_so_again_and_a_line_that_is_cut_ends_it,
    nobody_has_a_shell,
    nothing_is_forwarded,
    a_terminal_that_only_prints_is_told_so,
    a_slow_line_shows_what_is_true_after_a_stop_and_in_another_size,
)


async def main() -> int:
    if shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin") is None or shutil.which("ssh") is None:
        print("Here is no sshd and ssh: please install an OpenSSH server and client.")
        return 1
    terminals.WITHIN = 60.0  # a handshake, a program and its screen, on a machine that may be busy
    with TemporaryDirectory(prefix="gymtui-sshd-") as name:
        folder = Path(name)
        make_gym(folder / "gym.db", *members(400, Random(7), date(2026, 11, 18)))
        async with serving(folder / "gym.db") as server, sshd(folder, server.url) as way:
            for each in TRIED:
                await each(way, server)
                print(f"ok  {each.__name__.replace('_', ' ')}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
