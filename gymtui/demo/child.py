"""A child process that runs a `gymtui` command."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from gymtui.errors import GymError

START: Final = 15.0  # seconds that a child has to say its first line
STOP: Final = 1.0  # seconds that it has to end by itself


class DemoError(GymError):
    """A part of the demo did not come up."""


class Child:
    """`gymtui ARGUMENTS`, which ends with the block, and also when this process is killed; its log is in `folder`."""

    def __init__(self, folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.arguments = arguments
        self._log = folder / f"{arguments[0]}.log"
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()  # which `tied` waits for
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
        self._reap(process)

    def start(self) -> None:
        """Starts it, once more after a `kill`; `arguments` may have changed."""
        with self._log.open("a") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "gymtui.child_process", *self.arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
            )

    def kill(self) -> None:
        """Ends it at once, without a word: what it had in memory is gone."""
        if self._process is not None:
            self._process.kill()
            self._reap(self._process)

    def first_line(self) -> str:
        """The first line that it says; DemoError where it says none."""
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], START)
        line = self._process.stdout.readline().decode() if ready else ""
        if not line:
            why = self._log.read_text()[-500:] or "it was slow."
            raise DemoError(f"The demo's {self.arguments[0]} did not start: {why}")
        return line

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        with process:  # closes the pipes, and waits
            self._process = None
