"""The command line. Each command is a line of a table; what it needs is imported when it runs."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from gymtui import __version__, output
from gymtui.printable import printable

CLIENT: Final = ("url", "user", "desk", "token")
LOGS: Final = ("log_level", "log_json")
GYM: Final = ("gym", "timezone", "capacity", "policy")

# What people type; the settings it takes; the function that does it, with settings and arguments as its keywords; what
# it is.
COMMANDS: Final[tuple[tuple[str, tuple[str, ...], str, str], ...]] = (
    (
        "demo",
        ("rate", "seed", "theme"),
        "gymtui.demo:run",
        "a whole gym on this machine: server, members, a day, the desk",
    ),
    ("serve", ("host", "port", "database", "batch_ms", "max_rate", *GYM), "server.app:run", "the server"),
    ("tail", (*CLIENT, "json"), "gymtui.programs.tail:run", "one line an event on stdout; narration on stderr"),
    (
        "monitor",
        (*CLIENT, "theme"),
        "gymtui.programs.monitor:run",
        "live traffic and what is wrong with it; changes nothing",
    ),
    (
        "simulate",
        (*CLIENT, "rate", "desks", "seed"),
        "gymtui.programs.simulate:run",
        "a day's traffic against a server",
    ),
    ("keys", (), "gymtui.keys:run", "what can be done at the desk, and with which keys"),
    ("reader", (), "gymtui.programs.reader:run", "how the card reader of this machine's desks is set"),
    ("admin users add", ("database",), "server.admin.users:users_add", "add a user"),
    ("admin users list", ("database",), "server.admin.users:users_list", "list the users"),
    ("admin users disable", ("database",), "server.admin.users:users_disable", "end all that a user may do"),
    ("admin users enable", ("database",), "server.admin.users:users_enable", "let a disabled user log in again"),
    ("admin users role", ("database",), "server.admin.users:users_role", "give a user another role"),
    ("admin users password", ("database",), "server.admin.users:users_password", "set another password"),
    ("admin users pin", ("database",), "server.admin.users:users_pin", "set a manager's PIN for overrides"),
    ("admin keys rotate", ("database",), "server.admin.tokens:keys_rotate", "sign tokens with a new key"),
    ("admin tokens issue", ("database",), "server.admin.tokens:tokens_issue", "print one access token"),
    (
        "admin members import",
        ("database",),
        "server.admin.members:members_import",
        "add or change members from a CSV file",
    ),
    ("admin members export", ("database",), "server.admin.members:members_export", "write all members to a CSV file"),
    (
        "admin check-ins export",
        ("database",),
        "server.admin.members:check_ins_export",
        "write all check-ins to a CSV file",
    ),
    ("admin conflicts", ("database",), "server.admin.conflicts:conflicts", "what desks did alone and did not fit"),
    ("admin backup", ("database",), "server.admin.backup:backup", "copy the gym to a file, while its server runs"),
    ("admin restore", ("database",), "server.admin.backup:restore", "put a backup in the place of the database"),
    ("admin verify", ("database",), "server.admin.verify:verify", "check the file, and the tables against the journal"),
    ("admin trim", ("database",), "server.admin.trim:trim", "let the oldest rows of the journal go"),
)

NAME: Final[tuple[str, dict[str, Any]]] = ("name", {"help": "the name to log in with"})
ROLES: Final = ("operator", "staff", "manager")


def _since(text: str) -> int | datetime:
    """What `--since` says: a row of the journal, or a time."""
    try:
        return int(text) if text.isdigit() and text.isascii() else datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a row of the journal nor a time such as 2026-11-22T09:00"
        ) from None


# What a command takes beside settings, in argparse's own words.
ARGUMENTS: Final[dict[str, tuple[tuple[str, dict[str, Any]], ...]]] = {
    "admin users add": (
        NAME,
        ("--role", {"required": True, "choices": ROLES}),
        ("--password-stdin", {"action": "store_true", "help": "read the password from stdin"}),
    ),
    "admin users disable": (NAME,),
    "admin users enable": (NAME,),
    "admin users role": (NAME, ("role", {"choices": ROLES})),
    "admin users password": (
        NAME,
        ("--password-stdin", {"action": "store_true", "help": "read the password from stdin"}),
    ),
    "admin users pin": (NAME, ("--pin-stdin", {"action": "store_true", "help": "read the PIN from stdin"})),
    "admin tokens issue": (
        ("--user", {"required": True, "dest": "name", "help": "whose token"}),
        ("--ttl", {"required": True, "type": int, "help": "seconds it is good for"}),
    ),
    "admin members import": (
        ("file", {"type": Path, "metavar": "FILE.csv"}),
        ("--strict", {"action": "store_true", "help": "import nothing where any row is bad"}),
    ),
    "admin members export": (("file", {"type": Path, "metavar": "FILE.csv"}),),
    "admin check-ins export": (("file", {"type": Path, "metavar": "FILE.csv"}),),
    "admin conflicts": (("--days", {"type": int, "default": 7, "help": "recorded in so many days until now (7)"}),),
    "admin backup": (("file", {"type": Path, "metavar": "FILE"}),),
    "admin restore": (("file", {"type": Path, "metavar": "FILE"}),),
    "tail": (
        ("--since", {"type": _since, "help": "what came after this row of the journal, or from this time on"}),
        ("--cursor", {"type": Path, "metavar": "FILE", "help": "go on where the last tail with this file stopped"}),
    ),
    "reader": (
        ("--prefix", {"metavar": "TEXT", "help": "what the reader puts in front of each code"}),
        ("--suffix", {"metavar": "TEXT", "help": "what it puts behind"}),
        ("--forget", {"action": "store_true", "help": "a scan is taken as it comes again"}),
    ),
    "admin trim": (("--days", {"type": int, "default": 90, "help": "older than so many days (90; at least 30)"}),),
}


HELP: Final[dict[str, str]] = {
    "url": "the server's WebSocket, ws://HOST:PORT/ws/checkins/",
    "user": "who logs in",
    "desk": "the name of this desk, as others see it; what waits here does not depend on it",
    "token": "a ready access token instead of a login",
    "theme": "slate, paper or ansi; else the one that :theme chose last",
    "host": "the address to listen on",
    "port": "the port to listen on; 0 picks a free one",
    "database": "the gym's database: a path or sqlite:///PATH",
    "batch_ms": "milliseconds that events are collected for one batch",
    "max_rate": "messages a second that one connection may send",
    "gym": "the gym's name",
    "timezone": "the gym's time zone, such as Europe/Zurich",
    "capacity": "how many people may be in",
    "policy": "a TOML file: what to refuse, what to warn of, when people have left",
    "rate": "events a second, on average",
    "desks": "how many desks take part",
    "seed": "the seed of names and of the day's course",
    "json": "one JSON object a line",
    "log_level": "debug, info, warning or error",
    "log_json": "log one JSON object a line",
}
# Those that fill a terminal, and what they open, which is on it before they are.
SCREENS: Final = {
    "gymtui.programs.desk:run": "{desk} · {url}",
    "gymtui.demo:run": "demo",
    "gymtui.programs.monitor:run": "monitor · {url}",
}
REMEMBERING: Final = (*SCREENS, "gymtui.programs.tail:run")  # they go to the server of the last login
KEYED: Final = (*SCREENS, "gymtui.keys:run")  # they take `[keys]` of gymtui.toml as `keys`
SWITCHES: Final = frozenset({"json", "log_json"})


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"gymtui: {printable(message)} (see `{self.prog} --help`)\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line, made from the tables above."""
    top = _Parser(prog="gymtui", description="A gym's front desk in a terminal; without a command, the desk itself.")
    top.add_argument("--version", action="version", version=__version__)
    _add_settings(top, (*CLIENT, "theme", *LOGS))
    top.set_defaults(run=("gymtui.programs.desk:run", (*CLIENT, "theme")))
    groups: dict[str, Any] = {"": top.add_subparsers(metavar="COMMAND")}
    for name, settings, run, text in COMMANDS:
        *path, last = name.split()
        for depth in range(len(path)):
            group = " ".join(path[: depth + 1])
            if group not in groups:
                parent = groups[" ".join(path[:depth])]
                made = parent.add_parser(path[depth], help=f"{path[depth]} …", description=f"gymtui {group} …")
                groups[group] = made.add_subparsers(metavar="COMMAND", required=True)
        command = groups[" ".join(path)].add_parser(last, help=text, description=text)
        for argument, words in ARGUMENTS.get(name, ()):
            command.add_argument(argument, **words)
        _add_settings(command, (*settings, *LOGS))
        command.set_defaults(run=(run, settings))
    return top


def _add_settings(command: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    for name in names:
        flag = "--" + name.replace("_", "-")
        if name in SWITCHES:
            command.add_argument(flag, action="store_const", const=True, default=argparse.SUPPRESS, help=HELP[name])
        else:
            command.add_argument(
                flag, metavar=name.rpartition("_")[2].upper(), default=argparse.SUPPRESS, help=HELP[name]
            )
    command.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="another gymtui.toml")


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs one command and ends the program: 0 done, 1 failed, 2 wrong usage, 128 and more for a signal (130: Ctrl+C).

    Asked to end, or left by its terminal, a command unwinds: what it opened is closed, what it made is removed.
    """
    for asked_to_end in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(asked_to_end) is signal.SIG_DFL:
            signal.signal(asked_to_end, _unwind)
    output.guard()
    sys.exit(_printed(sys.argv[1:] if arguments is None else arguments))


def _printed(arguments: list[str]) -> int:
    """Runs it, and looks whether all that it printed is written: that shows with the last of it."""
    code = 0
    try:
        try:
            code = _main(arguments)
        except SystemExit as ended:  # `--help`, wrong usage, a signal
            code = ended.code if isinstance(ended.code, int) else 0
        output.flush()
    except BrokenPipeError:  # whoever read it has gone
        output.give_up()
    except output.OutputLost as error:
        output.give_up()
        return _failed(error, 1)
    return code


def _unwind(number: int, _: object) -> NoReturn:
    for again in (signal.SIGTERM, signal.SIGHUP):  # a second one would break off what the first has to clear away
        signal.signal(again, signal.SIG_IGN)
    sys.exit(128 + number)


def _main(arguments: list[str]) -> int:
    options = vars(parser().parse_args(arguments))
    from gymtui import config, logs  # noqa: PLC0415  `--help` does without
    from gymtui import preferences as choices  # noqa: PLC0415
    from gymtui.errors import GymError, WrongUsage  # noqa: PLC0415

    target, names = options.pop("run")
    file = options.pop("config", None)
    flags = {name: options.pop(name) for name in list(options) if name in HELP}
    if target in SCREENS and not _is_terminal():
        return _failed("Here is no terminal to show the screens on: please start it in one, or use `gymtui tail`.", 2)
    last = choices.ChoicesFile(config.data_folder()).read() if target in REMEMBERING else choices.Choices()
    try:
        settings = config.load(flags, file=file, chosen=last)
        if target in KEYED:
            options["keys"] = config.keys(file)
    except GymError as error:
        return _failed(error, 2)
    logs.start(settings.log_level, as_json=settings.log_json)
    module, _, function = target.partition(":")
    opening = SCREENS.get(target, "").format(desk=settings.desk, url=settings.url)
    try:
        with _announced(opening):
            getattr(import_module(module), function)(**{name: getattr(settings, name) for name in names}, **options)
    except output.OutputLost:
        raise
    except WrongUsage as error:
        return _failed(error, 2)
    except GymError as error:
        return _failed(error, 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our lines has gone: nothing is left to say
        return 0
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected", exc_info=error)
        return _failed(f"something failed that should not have: {error!r}; --log-level debug tells where.", 1)
    return 0


def _is_terminal() -> bool:
    """Is there a person with keys and a screen? Textual reads stdin and writes stderr."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


@contextmanager
def _announced(opening: str) -> Iterator[None]:
    """Says what is opened, where it is a screen: that is there at once, and the screens take a while to import."""
    if not opening:
        yield
        return
    words = printable(f"◆ gymtui · {opening}")[: os.get_terminal_size(sys.stderr.fileno()).columns - 1]
    print(words, end="\r", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print("\x1b[K", end="", file=sys.stderr, flush=True)


def _failed(error: object, code: int) -> int:
    with suppress(OSError, ValueError):  # of stderr, where that cannot be written either
        output.complain(str(error))
    return code


if __name__ == "__main__":
    main()
