"""The command line, made from its tables (`gymtui.command_table`); what a command needs is imported when it runs."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any, NoReturn, cast

from gymtui import __version__, output
from gymtui.command_table import (
    ALL_GYMS,
    ARGUMENTS,
    CLIENT,
    COMMANDS,
    HELP,
    KEYED,
    LOGS,
    PICK,
    REMEMBERING,
    SCREENS,
    SWITCHES,
    TRUST,
)
from gymtui.printable import printable
from gymtui.typed_arguments import a_path


class _Parser(argparse.ArgumentParser):
    def __init__(self, **words: Any) -> None:
        super().__init__(formatter_class=_Help, **words)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"gymtui: {printable(message)} (see `{self.prog} --help`)\n")


class _Command:
    """A command, or a group of them, as argparse keeps it: there is a parser once it is chosen, which `fill` fills; of
    forty others there is none."""

    def __init__(self, *, fill: Callable[[_Parser], None], **words: Any) -> None:
        self._fill = fill
        self._words = words

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        parser = _Parser(**self._words)
        self._fill(parser)
        return parser.parse_known_args(args, namespace)


class _Help(argparse.HelpFormatter):
    """As wide as the terminal, which argparse finds out through `shutil` and all that this imports."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=output.columns() - 2)


def parser() -> argparse.ArgumentParser:
    """The command line, made from the tables as far as it is used."""
    top = _Parser(prog="gymtui", description="A gym's front desk in a terminal; without a command, the desk itself.")
    top.add_argument("--version", action="version", version=__version__)
    _add_settings(top, (*CLIENT, *TRUST, "theme", *LOGS))
    top.set_defaults(run=("gymtui.programs.desk:run", (*CLIENT, "theme")))
    _add_commands(top)
    return top


def _add_commands(group: _Parser, before: str = "") -> None:
    """The commands whose names go on behind these words; where more than one word does, it is a group."""
    choices: Any = group.add_subparsers(metavar="COMMAND", required=bool(before), parser_class=cast("Any", _Command))
    for command in COMMANDS:
        name, _, _, text = command
        if not name.startswith(before):
            continue
        word, _, more = name.removeprefix(before).partition(" ")
        if not more:
            choices.add_parser(word, help=text, description=text, fill=partial(_add_arguments, command=command))
        elif word not in choices.choices:
            group_of, below = f"gymtui {before}{word} …", partial(_add_commands, before=f"{before}{word} ")
            choices.add_parser(word, help=f"{word} …", description=group_of, fill=below)


def _add_arguments(parser: _Parser, *, command: tuple[str, tuple[str, ...], str, str]) -> None:
    name, settings, run, _ = command
    for argument, words in ARGUMENTS.get(name, ()):
        parser.add_argument(argument, **words)
    picks = PICK if "database" in settings and "gym" not in settings and name != ALL_GYMS else ()
    _add_settings(parser, (*settings, *picks, *(TRUST if _connects(settings) else ()), *LOGS))
    parser.set_defaults(run=(run, settings))


def _add_settings(command: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    for name in names:
        flag = "--" + name.replace("_", "-")
        if name in SWITCHES:
            command.add_argument(flag, action="store_const", const=True, default=argparse.SUPPRESS, help=HELP[name])
        else:
            command.add_argument(
                flag, metavar=name.rpartition("_")[2].upper(), default=argparse.SUPPRESS, help=HELP[name]
            )
    command.add_argument("--config", type=a_path, metavar="FILE", default=argparse.SUPPRESS, help="another gymtui.toml")


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs one command and ends the program: 0 done, 1 failed, 2 wrong usage, 128 and more for a signal (130: Ctrl+C).

    Asked to end, or left by its terminal, a command unwinds: what it opened is closed, what it made is removed.
    """
    for asked_to_end in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(asked_to_end) is signal.SIG_DFL:
            signal.signal(asked_to_end, _unwind)
    output.guard()
    gc.disable()  # until all is imported: it stays
    try:
        sys.exit(_printed(sys.argv[1:] if arguments is None else arguments))
    finally:
        gc.enable()


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
        output.give_up(sys.stdout)
    except output.OutputLost as error:
        output.give_up(sys.stdout)
        return _failed(error, 1)
    return code


def _unwind(number: int, _: object) -> NoReturn:
    for again in (signal.SIGTERM, signal.SIGHUP):  # a second one would break off what the first has to clear away
        signal.signal(again, signal.SIG_IGN)
    sys.exit(128 + number)


def _main(arguments: list[str]) -> int:
    options = vars(parser().parse_args(arguments))
    import logging  # noqa: PLC0415  `--help` does without

    from gymtui import config, logs  # noqa: PLC0415
    from gymtui import preferences as choices  # noqa: PLC0415
    from gymtui.errors import GymError, WrongUsage  # noqa: PLC0415

    target, names = options.pop("run")
    file = options.pop("config", None)
    flags = {name: options.pop(name) for name in list(options) if name in HELP}
    if target in SCREENS and (sentence := _no_screen()):
        return _failed(sentence, 2)
    last = choices.ChoicesFile(config.data_folder()).read() if target in REMEMBERING else choices.Choices()
    _warn_of_secrets(flags)
    if file is None and (sentence := config.passed_over()):
        output.complain(sentence)
    try:
        settings = config.load(flags, file=file, chosen=last)
        if target in KEYED:
            options["keys"] = config.keys(file)
        if _connects(names):
            _see_to_trust(settings.url, settings.ca, cleartext=settings.allow_cleartext)
    except GymError as error:
        return _failed(error, 2)
    logs.start(settings.log_level, as_json=settings.log_json)
    module, _, function = target.partition(":")
    opening = SCREENS.get(target, "").format(desk=settings.desk, url=settings.url)
    try:
        with _announced(opening):
            _imported(module, function)(**{name: getattr(settings, name) for name in names}, **options)
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


def _warn_of_secrets(flags: dict[str, Any]) -> None:
    """What is on a command line is no secret."""
    from gymtui.database_url import has_password  # noqa: PLC0415

    told = "Whoever lists what runs on this machine sees that"
    if flags.get("token"):
        output.complain(f"{told} token: please set GYMTUI_TOKEN instead.")
    if any(has_password(flags.get(name) or "") for name in ("database", "listen_database")):
        output.complain(f"{told} password: please set PGPASSWORD, or PGPASSFILE, instead.")


def _connects(names: tuple[str, ...]) -> bool:
    """Does a command with these settings go to a server, and not look itself at how it may?"""
    return "url" in names and TRUST[0] not in names


def _see_to_trust(url: str, ca: str | None, *, cleartext: bool) -> None:
    """Whose certificates are trusted; and nobody's password goes where it can be read, unless that was asked for."""
    from gymtui.certificates import trust  # noqa: PLC0415
    from gymtui.cleartext import refuse  # noqa: PLC0415

    if ca is not None:
        trust(ca)
    if not cleartext:
        refuse(url)


def _imported(module: str, function: str) -> Callable[..., None]:
    """What runs a command. No look for garbage goes through what has come by now, which stays."""
    found = getattr(import_module(module), function)
    gc.freeze()
    gc.enable()
    return cast("Callable[..., None]", found)


def _no_screen() -> str | None:
    """Why no screen can be shown here: Textual reads stdin and writes stderr, and moves about on a terminal."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        return "Here is no terminal to show the screens on: please start it in one, or use `gymtui tail`."
    if os.environ.get("TERM") == "dumb":
        return "This terminal (TERM=dumb) cannot show the screens: please start it in another, or use `gymtui tail`."
    return None


@contextmanager
def _announced(opening: str) -> Iterator[None]:
    """Says what is opened, where it is a screen: that is there at once, and the screens take a while to import."""
    if not opening:
        yield
        return
    output.announce(f"◆ gymtui · {opening}")
    try:
        yield
    finally:
        print("\x1b[K", end="", file=sys.stderr, flush=True)


def _failed(error: object, code: int) -> int:
    with suppress(ValueError):  # of stderr, where that is closed
        try:
            output.complain(str(error))
        except OSError:  # it cannot be written either
            output.give_up(sys.stderr)
    return code


if __name__ == "__main__":
    main()
