"""`python -m tests.faults.fuzz --messages 1000000 --seed 1`: what is wrong with a message harms nothing else.

The most go through the readers of both sides, some to a real server over sockets, some to a desk. Exit code 1 where a
promise was broken.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import uvloop

from gymtui.protocol import Close
from tests.faults.fuzz.desk import DeskRun
from tests.faults.fuzz.readers import Readers
from tests.faults.fuzz.server import STRANGERS, ServerRun
from tests.faults.network.figures import MIB

TO_SERVER: Final = 0.15  # of the messages
TO_DESK: Final = 0.1  # of the messages


class Fuzz:
    """So many messages, in three ways; `failures` are sentences, and none where every promise was kept."""

    def __init__(self, folder: Path, *, messages: int, seed: int) -> None:
        self.to_server, self.to_desk = round(messages * TO_SERVER), round(messages * TO_DESK)
        self.to_readers = messages - self.to_server - self.to_desk
        self.readers = Readers(seed=seed)
        self.server = ServerRun(folder, messages=self.to_server, seed=seed)
        self.desk = DeskRun(seed=seed)

    def run(self) -> None:
        """The readers, then a server among strangers, then a desk."""
        self.readers.run(self.to_readers)
        uvloop.run(self.server.run())
        uvloop.run(self.desk.run(self.to_desk))

    @property
    def messages(self) -> int:
        """How many were sent in all."""
        return self.readers.messages + self.server.messages + self.desk.messages

    @property
    def failures(self) -> list[str]:
        """What went wrong anywhere."""
        return [*self.readers.failures, *self.server.failures, *self.desk.failures]

    def page(self) -> str:
        """The verdict."""
        readers, server, desk, failures = self.readers, self.server, self.desk, self.failures
        lines = [
            f"fuzz: {self.messages:,} messages",
            f"  to the readers of both sides   {readers.messages:,}",
            f"    of what each could read      {readers.outcomes['read']:,}",
            f"    of what it could not         {readers.outcomes['unreadable']:,}",
            f"  to a server                    {server.messages:,}, of {STRANGERS} strangers at once",
            f"    unreadable                   {server.unreadable:,}",
            f"    strangers shown out          {server.closed[Close.ABUSED]:,} with 4004, "
            f"{server.closed[Close.NOT_AUTHENTICATED] + server.closed[Close.BAD_TOKEN]:,} at the door",
            f"    answers to a desk meanwhile  {server.answered:,}",
            f"    its memory, at the most      {server.memory / MIB:.0f} MiB more than at the beginning",
            f"  to a desk                      {desk.messages:,}, over {desk.connections:,} connections",
            f"    unreadable                   {desk.unreadable:,}",
            f"    readable, and not so         {desk.lies:,}",
            f"    events meanwhile             {desk.good:,}",
            f"  what broke                     {len(failures)}",
            *(f"    {failure}" for failure in failures[:20]),
            "  FAILED" if failures else "  every promise was kept",
        ]
        return "\n".join(lines)


def main() -> None:
    """Plays it; 1 where anything was harmed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.fuzz", description="messages with something wrong in them"
    )
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    logging.disable()  # a desk tells of every message that it cannot read
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        fuzz = Fuzz(Path(folder), messages=chosen.messages, seed=chosen.seed)
        fuzz.run()
    print(fuzz.page())
    print(f"  seed {chosen.seed}, in {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}")
    sys.exit(bool(fuzz.failures))


if __name__ == "__main__":
    main()
