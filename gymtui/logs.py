"""Logging: one line a thing, and no secret in any of them."""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path
from typing import Final

_SECRETS: Final = (
    re.compile(r"(?i)(token=)[^&\s\"']+"),
    re.compile(r"(?i)(authorization:\s*\w+\s+)\S+"),
    re.compile(r"(?i)(\"(?:access_token|refresh_token|token|password|pin)\":\s*\")[^\"]+"),
    re.compile(r"()\beyJ[\w-]+\.[\w-]+\.[\w-]+"),
)


def redact(text: str) -> str:
    """The text without tokens, passwords and PINs."""
    for secret in _SECRETS:
        text = secret.sub(r"\1…", text)
    return text


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record)).replace("\n", "\n    ")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def start(level: str, *, as_json: bool) -> None:
    """Logs go to stderr, at `level` and above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else _Line("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level != "debug":
        logging.getLogger("websockets").setLevel(logging.WARNING)


def to_file(file: Path) -> None:
    """From here on logs go to a file, as they went to stderr: the screen belongs to the console."""
    root = logging.getLogger()
    handler = logging.FileHandler(file)
    for before in root.handlers[:]:
        handler.setFormatter(before.formatter)
        root.removeHandler(before)
    root.addHandler(handler)
