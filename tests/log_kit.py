"""What a command logs, read by a test."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gymtui import logs


@contextmanager
def logged(*, as_json: bool) -> Iterator[io.StringIO]:
    """What a command logs, in place of the tests' own handlers."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    before, sys.stderr = sys.stderr, stream
    try:
        logs.start("debug", as_json=as_json)
        yield stream
    finally:
        sys.stderr = before
        root.handlers = handlers
        root.setLevel(level)
