"""Logging: one line a thing, and no secret in any of them."""

from __future__ import annotations

import logging
import os
import re
import sys
from pathlib import Path
from typing import Final

from gymtui.errors import GymError
from gymtui.printable import printable
from gymtui.private_file import is_stream, may_append

_NAMES: Final = r"(?:access_token|refresh_token|token|password|pin)"
_VALUE: Final = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s"'&,;)}\]]+)"""

# What a message of ours holds is no matter of a log at all: the library cuts it short anywhere, names of fields too.
_SECRETS: Final = (
    r"([<>] (?:TEXT|CONT|BINARY) ).*(?= \[[^]]*\bbytes?\b[^]]*\])",
    r"(?i)(\bauthorization\b[\"']?\s*[:=]).+",
    rf"(?i)(\b{_NAMES}\\*[\"']?\s*[:=]\s*\\*){_VALUE}",
    r"()\beyJ[\w-]+\.[\w-]*\.[\w.-]*",
)


def redact(text: str) -> str:
    """The text without tokens, passwords and PINs."""
    for secret in _SECRETS:
        text = re.sub(secret, r"\1…", text)
    return text


class _Line(logging.Formatter):
    """A message is one line, whatever it repeats of what came from outside; those of a trace begin as no line does."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the library's name
        return printable(redact(super().formatMessage(record)))

    def format(self, record: logging.LogRecord) -> str:
        return "\n    | ".join(printable(line) for line in redact(super().format(record)).split("\n"))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        import json  # noqa: PLC0415  few logs are

        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = redact(self.formatException(record.exc_info))
        return printable(json.dumps(line))


def start(level: str, *, as_json: bool) -> None:
    """Logs go to stderr, at `level` and above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else _Line("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level != "debug":
        logging.getLogger("websockets").setLevel(logging.WARNING)


def to_file(file: Path) -> None:
    """From here on logs go to a file, as they went to stderr: the screen belongs to the console. Its folder is made
    where there is none; GymError where it cannot be used."""
    root = logging.getLogger()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not is_stream(file):
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))  # it has names of members
            if not may_append(file):
                raise GymError(f"{file} is there already, and is no log: please move it away.")
        handler = logging.FileHandler(file)
    except OSError as error:
        raise GymError(f"{file.parent} cannot be used ({error.strerror}): please check its rights.") from error
    for before in root.handlers[:]:
        handler.setFormatter(before.formatter)
        root.removeHandler(before)
    root.addHandler(handler)
